// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "sim/universe.h"

namespace lifereel {

/// A world of about so many pixels whose pictures are like those of `universe`, pixel for pixel: of
/// the same forces, shape and density. The universe itself where it is no larger, and where a part
/// of its pictures is not like the whole: scenes, characters, tubes.
UniverseSettings sample_world(const UniverseSettings& universe, double pixels);

inline double pixels_of(const UniverseSettings& universe) {
  return static_cast<double>(universe.width) * universe.height;
}

}  // namespace lifereel
