// SPDX-License-Identifier: GPL-2.0-or-later
// What a scene's cells are lit with, and how bright white is: for every engine.
#pragma once

#include <vector>

#include "sim/arithmetic/glyphs.h"
#include "sim/colour.h"
#include "sim/scene.h"
#include "sim/scenes/noise.h"
#include "sim/scenes/spark_grid.h"

namespace lifereel {

/// Steps along the palette.
inline constexpr std::int32_t scene_colours = 256;

struct SceneLight {
  arithmetic::ToneConstants tone;  ///< of a white that stays
  arithmetic::MatrixConstants matrix;
  /// Of a lit pixel of brightness 1: scene_colours of them.
  std::vector<arithmetic::LitPixel<float>> ramp;
};

/// For pictures of this matrix. Settings must be valid, and of another scene than particle_life.
SceneLight make_scene_light(const UniverseSettings& universe, ColourMatrix matrix);

LIFEREEL_ARITHMETIC float light_of(const SceneCell& cell) {
  return arithmetic::minimum(arithmetic::maximum(cell.brightness, 0.0f), 0x1p10f);
}

LIFEREEL_ARITHMETIC arithmetic::LitPixel<float> lit_pixel_of(
    const SceneCell& cell, const arithmetic::LitPixel<float>* ramp) {
  const arithmetic::LitPixel<float> colour =
      ramp[arithmetic::truncate(clamped(cell.colour) * (scene_colours - 1) + 0.5f)];
  const float light = light_of(cell);
  return {colour.luma * light, colour.cb * light, colour.cr * light};
}

/// Of a scene that gives its glyphs. `glyphs`: there are so many beside the blank, which is 0.
LIFEREEL_ARITHMETIC std::int32_t given_glyph(const SceneCell& cell, std::int32_t glyphs) {
  return light_of(cell) > 0.0f ? glyph_within(cell.glyph, glyphs) + 1 : 0;
}

}  // namespace lifereel
