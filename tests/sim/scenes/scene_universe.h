// SPDX-License-Identifier: GPL-2.0-or-later
// Scenes to draw in tests, and what is drawn.
#pragma once

#include <vector>

#include "sim/engine.h"

namespace lifereel {

inline UniverseSettings scene_universe(Scene scene, int width = 434, int height = 298) {
  UniverseSettings universe;
  universe.scene = scene;
  universe.seed = 11;
  universe.width = width;
  universe.height = height;
  universe.particles = 60;
  LookSettings& look = universe.look;
  look.tone = ToneCurve::filmic;
  look.colour_by = ColourBy::density;
  look.palette = "inferno";
  look.background = 0x030000;
  look.bloom = 0.3f;
  look.bloom_radius = 4;
  look.vignette = 0.3f;
  look.glyphs = true;
  look.glyph_set = scene == Scene::rain ? "katakana" : "ascii";
  return universe;
}

/// Without all that spreads light to other cells' pixels or changes it there.
inline UniverseSettings bare_scene_universe(Scene scene) {
  UniverseSettings universe = scene_universe(scene, 320, 192);
  universe.look.bloom = 0;
  universe.look.vignette = 0;
  universe.look.dither = false;
  universe.look.background = 0;
  return universe;
}

struct ScenePicture {
  std::vector<std::uint8_t> luma, cb, cr;
  bool operator==(const ScenePicture&) const = default;
};

inline ScenePicture draw_scene(Engine& engine, int bit_depth = 8) {
  const auto width = static_cast<std::size_t>(engine.settings().width);
  const std::size_t pixels = width * static_cast<std::size_t>(engine.settings().height);
  const auto bytes = static_cast<std::size_t>(sample_bytes(bit_depth));
  ScenePicture picture{std::vector<std::uint8_t>(pixels * bytes),
                       std::vector<std::uint8_t>(pixels / 4 * bytes),
                       std::vector<std::uint8_t>(pixels / 4 * bytes)};
  PictureTarget target;
  target.planes[0] = {picture.luma.data(), width * bytes};
  target.planes[1] = {picture.cb.data(), width / 2 * bytes};
  target.planes[2] = {picture.cr.data(), width / 2 * bytes};
  target.colour = {ColourMatrix::bt709, ColourRange::limited, bit_depth};
  engine.draw(target);
  return picture;
}

/// Goes to a frame that is not before the present one.
inline ScenePicture draw_scene_at(Engine& engine, std::uint64_t frame, int bit_depth = 8) {
  while (engine.frame() < frame) engine.step();
  return draw_scene(engine, bit_depth);
}

}  // namespace lifereel
