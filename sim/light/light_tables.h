// SPDX-License-Identifier: GPL-2.0-or-later
// What drawing in light needs of its settings, made once and the same for every engine.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/arithmetic/light.h"
#include "sim/colour.h"
#include "sim/light/exposure.h"
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
  /// Of the background, as the tone curve takes it: luma, Cb, Cr.
  std::array<float, 3> background{};
};

/// The light, of full luma 1, of so many steps along the look's palette: luma, Cb, Cr of a pixel.
std::vector<std::array<float, 3>> ramp_light(const LookSettings& look, int steps,
                                             ColourMatrix matrix);

/// The number of colours that particles of this universe can have.
int colour_bins(const UniverseSettings& universe) noexcept;

/// Settings must be valid, and of a look that draws colour.
LightTables make_light_tables(const UniverseSettings& universe, ColourMatrix matrix);

/// Light, once drawn, keeps to the matrix of its first picture. Returns the matrix of a picture
/// that is wanted (none, a gray one, shows BT.709's luma); throws std::invalid_argument where the
/// light that is `there` (none: nothing is drawn yet) has another.
ColourMatrix matrix_of_light(ColourMatrix wanted, ColourMatrix there);

/// Levels of the bloom that mean anything in a picture of this size; 0: there is none.
int bloom_levels(const UniverseSettings& universe) noexcept;

/// Whether what glows ends at the picture's edges, rather than going on at the opposite ones: of
/// scenes, and where bulging glass shows less than a torus.
bool has_open_edges(const UniverseSettings& universe) noexcept;

Exposure make_exposure(const UniverseSettings& universe, const LightTables& tables);

/// next_white() by one thread. `histogram` counts the sums of 4x4 pixels, from 1 on, by
/// exposure_bin().
std::int32_t next_white(const Exposure& exposure, const std::uint32_t* histogram,
                        std::int32_t white_bits) noexcept;

}  // namespace lifereel
