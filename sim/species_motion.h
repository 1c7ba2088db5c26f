// SPDX-License-Identifier: GPL-2.0-or-later
// How each species of a universe moves, for those who make sound of it.
#pragma once

#include <cstdint>

#include "language.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Of one species at one frame: integers of exact sums (sim/arithmetic/species_motion.h), so equal
/// on every machine.
struct SpeciesMotion {
  std::uint16_t speed = 0;    ///< root mean square, 1/1024 pixel per unit of time; 64 at most
  std::uint8_t across = 128;  ///< where the motion is: 0 is the left edge, 255 the right one
  std::uint8_t down = 128;    ///< 0 is the top

  bool operator==(const SpeciesMotion&) const = default;
};

}  // namespace lifereel
