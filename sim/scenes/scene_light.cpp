// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/scenes/scene_light.h"

#include "sim/light/light_tables.h"

namespace lifereel {

SceneLight make_scene_light(const UniverseSettings& universe, ColourMatrix matrix) {
  const LightTables tables = make_light_tables(universe, matrix);
  Exposure exposure = make_exposure(universe, tables);
  exposure.white = 1.0f;
  // White is the sum of 4x4 pixels.
  SceneLight light{tone_at(exposure, arithmetic::to_bits(16.0f)), tables.matrix, {}};
  for (const auto& colour : ramp_light(universe.look, scene_colours, matrix))
    light.ramp.push_back({colour[0], colour[1], colour[2]});
  return light;
}

}  // namespace lifereel
