// SPDX-License-Identifier: GPL-2.0-or-later
// The CPU engine's cell list: the torus in strips of rows, each strip in short columns. Particles
// are sorted by strip, then by column, so that what a particle reaches in a strip is one run of
// neighbours in memory (and a second one across the seam).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/universe.h"

namespace lifereel {

/// Which pairs are looked at. Every pair in reach is, once; the published seam's cells, which
/// define the pairs it misses, are cut here into whole numbers of strips and columns.
struct Strips {
  std::int32_t strips = 0, columns = 0;
  float strip_height = 0, column_width = 0;  ///< pixels
  float height = 0, width = 0;               ///< of the torus, pixels
  /// A particle's place within its strip, counted from the top, is known to a part of the height:
  /// a power of two, so that parts, strips and cells share exact edges.
  static constexpr std::int32_t parts = 4;

  /// Strips to either side that may be in reach.
  std::int32_t reach = 0;
  /// [step * parts + part]: columns to either side that a particle in this part of its strip may
  /// reach in the strip `step` further down, 0 <= step <= reach; -1 where it reaches none.
  std::vector<std::int32_t> column_reach;

  bool published = false;
  std::int32_t strips_a_cell = 1, columns_a_cell = 1;  ///< of the published seam

  /// (strip * (columns + 1) + column) * parts + part: particles are sorted by it but for the part.
  /// Column `columns` of each strip is empty but for padding.
  std::int32_t place_of(float y, float x) const noexcept;
  std::int32_t buckets() const noexcept { return strips * (columns + 1); }
};

/// Settings must be valid.
Strips make_strips(const UniverseSettings& settings);

}  // namespace lifereel
