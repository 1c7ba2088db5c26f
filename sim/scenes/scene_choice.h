// SPDX-License-Identifier: GPL-2.0-or-later
// Which scene a universe is.
#pragma once

#include "sim/scene.h"

namespace lifereel {

/// Settings must be valid, and of another scene than particle_life.
SceneMaker scene_maker(const UniverseSettings& universe);

}  // namespace lifereel
