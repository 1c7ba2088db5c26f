// SPDX-License-Identifier: GPL-2.0-or-later
// What drawing in light needs of its settings, made once and the same for every engine.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/arithmetic/light.h"
#include "sim/colour.h"
#include "sim/universe.h"

namespace lifereel {

/// Integer weights of every colour that a particle can have, in the shape of Note: [Light].
struct LightTables {
  int radius = 2;  ///< pixels that a point reaches beyond its own
  int row = 8;     ///< weights in a row of either table, padded with 0: 8 or 16
  int bins = 0;    ///< colours
  /// Blocks that a point reaches beyond its own, at most, either way.
  int block_radius() const noexcept { return (radius + 1) / 2; }
  /// [bin][distance of rows, 0 to radius][row]: from `radius` pixels left of the point on.
  std::vector<std::int32_t> luma;
  int luma_bin_stride() const noexcept { return (radius + 1) * row; }
  /// [bin][column odd][distance, below][row]: Cb and Cr in turn, from block_radius() blocks left of
  /// the point's on. `distance` is of the block's upper row from the point's, plus radius + 1.
  std::vector<std::int32_t> chroma;
  int chroma_distances() const noexcept { return 2 * radius + 2; }
  int chroma_odd_stride() const noexcept { return chroma_distances() * row; }
  int chroma_bin_stride() const noexcept { return 2 * chroma_odd_stride(); }

  std::int32_t colour_weight = 0;  ///< full luma
  /// The light of a point's centre, of full luma, with all that its particle leaves in a frame.
  /// Pictures are toned by it, so that they are as bright whatever the number of points.
  float point_light = 0;
  arithmetic::MatrixConstants matrix{};
  /// Of the background, relative to white: luma, Cb, Cr.
  std::array<float, 3> background{};
};

/// The number of colours that particles of this universe can have.
int colour_bins(const UniverseSettings& universe) noexcept;

/// Settings must be valid, and of a look that draws colour.
LightTables make_light_tables(const UniverseSettings& universe, ColourMatrix matrix);

/// White follows the light slowly. `histogram` counts the sums of 4x4 pixels by exposure_bin();
/// of all `cells` of them; returns the next white (a float's bits), given the one before (0: none).
inline constexpr int exposure_bins = 40 * 16;
std::int32_t next_white(const std::uint32_t* histogram, std::int64_t cells, std::int32_t white_bits,
                        float trail_decay, const LightTables& tables);

/// A sixteenth of an octave each, from 1 on; -1 below that.
LIFEREEL_ARITHMETIC std::int32_t exposure_bin(float light) {
  const std::int32_t bin = (arithmetic::to_bits(light) >> 19) - (127 << 4);
  return bin < exposure_bins ? bin : exposure_bins - 1;
}

/// What the tone curve needs at this white.
arithmetic::ToneConstants tone_constants(const UniverseSettings& universe,
                                         const LightTables& tables, std::int32_t white_bits,
                                         int bloom_levels);

}  // namespace lifereel
