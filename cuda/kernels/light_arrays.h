// SPDX-License-Identifier: GPL-2.0-or-later
// What drawing takes on a device. Internal to cuda/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda/kernels/glyph_kernels.h"
#include "cuda/kernels/light_tone.h"
#include "sim/arithmetic/constants.h"
#include "sim/light/light_tables.h"
#include "sim/scenes/scene_light.h"
#include "sim/universe.h"

namespace lifereel {

inline constexpr std::int64_t rounded_up(std::int64_t n, std::int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

// One allocation cut into arrays; without memory it only counts.
class Arena {
 public:
  explicit Arena(void* base = nullptr) : base_(static_cast<unsigned char*>(base)) {}
  template <class T>
  T* take(std::int64_t count) {
    unsigned char* const at = base_ == nullptr ? nullptr : base_ + used_;
    used_ += static_cast<std::size_t>(rounded_up(count * std::int64_t{sizeof(T)}, 256));
    return reinterpret_cast<T*>(at);
  }
  std::size_t used() const { return used_; }

 private:
  unsigned char* base_;
  std::size_t used_ = 0;
};

// Of a look in gray; `pixels` with the padding of rows.
struct GrayArrays {
  GrayArrays() = default;
  GrayArrays(Arena& arena, std::int64_t pixels, int pictures) {
    brightest = arena.take<std::int32_t>(1);
    trail = arena.take<FourFloats>(pixels / 4);
    splat = arena.take<FourInts>(pixels / 4);
    for (int i = 0; i < pictures; ++i) luma.push_back(arena.take<FourBytes>(pixels / 4));
  }

  std::int32_t* brightest = nullptr;
  FourFloats* trail = nullptr;
  FourInts* splat = nullptr;
  std::vector<FourBytes*> luma;
};

// Of a look in characters.
struct GlyphArrays {
  GlyphArrays() = default;
  GlyphArrays(Arena& arena, const UniverseSettings& universe, std::int64_t pitch)
      : grid(glyph_grid(universe.look, universe.width, universe.height)) {
    const auto glyphs = static_cast<std::int64_t>(glyph_characters(universe.look.glyph_set).size());
    cells = arena.take<ShownCell>(std::int64_t{grid.columns} * grid.rows);
    coverage = arena.take<float>(glyphs * glyph_regions);
    squares = arena.take<float>(glyphs);
    rows = arena.take<FourRows>(glyphs * grid.cell_height / 4);
    const std::int64_t quads = pitch / 4 * universe.height;
    canvas.luma = arena.take<FourFloats>(quads);
    canvas.cb = arena.take<TwoFloats>(quads / 2);
    canvas.cr = arena.take<TwoFloats>(quads / 2);
    canvas.width = universe.width;
    canvas.height = universe.height;
    canvas.pitch = static_cast<std::int32_t>(pitch);
  }

  GlyphGrid grid{};
  ShownCell* cells = nullptr;
  float *coverage = nullptr, *squares = nullptr;  // GlyphCoverage
  FourRows* rows = nullptr;
  LightImage canvas{};  // what is shown; no splats
};

// Of a scene that is no universe of particles.
struct SceneArrays {
  SceneArrays() = default;
  SceneArrays(Arena& arena, const GlyphGrid& grid)
      : sparks(arena.take<SparkBits>(std::int64_t{grid.columns} * grid.rows)),
        ramp(arena.take<arithmetic::LitPixel<float>>(scene_colours)) {}

  SparkBits* sparks = nullptr;  // of every cell
  arithmetic::LitPixel<float>* ramp = nullptr;
};

// Of a look in colour; rows of `pitch` pixels.
struct LightArrays {
  LightArrays() = default;
  LightArrays(Arena& arena, const UniverseSettings& universe, std::int64_t pitch, int pictures) {
    const LookSettings& look = universe.look;
    const std::int64_t height = universe.height;
    image.width = universe.width;
    image.height = universe.height;
    image.pitch = static_cast<std::int32_t>(pitch);
    if (universe.scene == Scene::particle_life) take_trail(arena, universe);
    take_tube(arena, look, pitch);
    take_levels(arena, universe);
    tone = arena.take<arithmetic::ToneConstants>(1);
    matrix = arena.take<arithmetic::MatrixConstants>(1);
    noise = arena.take<float>(ToneStages::dither_size * ToneStages::dither_size);
    if (look.vignette > 0)
      for (const std::int64_t count : {pitch, height, pitch / 2, height / 2})
        vignette.push_back(arena.take<float>(count));
    if (look.glyphs) glyphs = GlyphArrays(arena, universe, pitch);
    if (look.grain > 0) grain = arena.take<float>(grain_template_size * grain_template_size);
    const std::int64_t chroma_pitch = rounded_up(universe.width / 2, 64);
    for (int i = 0; i < pictures; ++i)
      planes.push_back({arena.take<std::uint16_t>(pitch * height),
                        arena.take<std::uint16_t>(chroma_pitch * height / 2),
                        arena.take<std::uint16_t>(chroma_pitch * height / 2),
                        static_cast<std::int32_t>(pitch), static_cast<std::int32_t>(chroma_pitch)});
  }

  LightImage image{};     // of particles; of a scene only its size
  LightImage bent{};      // as bulging glass shows it, without splats; null where glass is flat
  float* mask = nullptr;  // of a tube, by column
  std::vector<LightLevel> levels;  // sums of 4x4 pixels first, of opponents where there is bloom
  BlockWeights* weights = nullptr;
  PointTable table{};
  LightPoint* kept = nullptr;  // of a frame's steps but the last
  std::int32_t kept_ways = 0;  // of a particle in a step, each of as many points
  std::uint32_t* histogram = nullptr;
  Exposure* exposure = nullptr;
  std::int32_t* white_bits = nullptr;
  arithmetic::ToneConstants* tone = nullptr;
  arithmetic::MatrixConstants* matrix = nullptr;
  float *noise = nullptr, *grain = nullptr;
  std::vector<float*> vignette;  // columns and rows of pixels, of blocks; or none
  GlyphArrays glyphs;            // of a look that has them
  std::vector<SamplePlanes<std::uint16_t>> planes;  // with room for samples of either depth

 private:
  void take_trail(Arena& arena, const UniverseSettings& universe) {
    const std::int64_t quads = std::int64_t{image.pitch} / 4 * image.height;
    image.luma = arena.take<FourFloats>(quads);
    image.cb = arena.take<TwoFloats>(quads / 2);
    image.cr = arena.take<TwoFloats>(quads / 2);
    image.luma_splat = arena.take<TwoWords>(quads);
    image.opponent_splat = arena.take<TwoWords>(quads / 2);
    const int reach = (universe.look.point_size / 2 + 1) / 2;
    table = {nullptr, colour_bins(universe), reach};
    weights = arena.take<BlockWeights>(std::int64_t{4} * table.bins * table.blocks());
    table.weights = weights;
    kept_ways = universe.particles * (universe.steps_per_frame - 1);
    kept = arena.take<LightPoint>(std::int64_t{kept_ways} * points_a_step(universe));
    histogram = arena.take<std::uint32_t>(exposure_bins);
    exposure = arena.take<Exposure>(1);
    white_bits = arena.take<std::int32_t>(1);
  }

  void take_tube(Arena& arena, const LookSettings& look, std::int64_t pitch) {
    if (look.has_tube()) mask = arena.take<float>(pitch);
    if (!(look.barrel > 0)) return;
    const std::int64_t quads = pitch / 4 * image.height;
    bent = image;
    bent.luma = arena.take<FourFloats>(quads);
    bent.cb = arena.take<TwoFloats>(quads / 2);
    bent.cr = arena.take<TwoFloats>(quads / 2);
    bent.luma_splat = bent.opponent_splat = nullptr;
  }

  void take_levels(Arena& arena, const UniverseSettings& universe) {
    const bool open = has_open_edges(universe);
    const auto level_of = [&arena, open](std::int32_t width, std::int32_t height, int channels) {
      LightLevel level{};
      level.width = width;
      level.height = height;
      level.open = open;
      level.pitch = static_cast<std::int32_t>(rounded_up(width, 32));
      for (int c = 0; c < channels; ++c)
        level.channel[c] = arena.take<float>(std::int64_t{level.pitch} * height);
      return level;
    };
    const int bloom = bloom_levels(universe);
    std::int32_t width = (universe.width + 3) / 4, height = (universe.height + 3) / 4;
    levels.push_back(level_of(width, height, bloom > 0 ? 3 : 1));
    for (int level = 1; level < bloom; ++level) {
      width = (width + 1) / 2;
      height = (height + 1) / 2;
      levels.push_back(level_of(width, height, 3));
    }
  }
};

}  // namespace lifereel
