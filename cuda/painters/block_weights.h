// SPDX-License-Identifier: GPL-2.0-or-later
// What the CPU splats row by row, block by block. Internal to cuda/.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "cuda/kernels/light_kernels.h"
#include "sim/light/light_tables.h"

namespace lifereel {

/// As PointTable has them.
class BlockWeightTable {
 public:
  explicit BlockWeightTable(const LightTables& tables) : tables_(tables) {
    const int reach = tables.block_radius();
    for (int bin = 0; bin < tables.bins; ++bin)
      for (int odd = 0; odd < 4; ++odd)
        for (int row = -reach; row <= reach; ++row)
          for (int column = -reach; column <= reach; ++column) {
            const int dy = 2 * row - odd / 2, dx = 2 * column - odd % 2;
            weights_.push_back({two_pixels(bin, dy, dx), two_pixels(bin, dy + 1, dx),
                                opponents(bin, odd % 2, dy, column + reach)});
          }
  }
  const std::vector<BlockWeights>& weights() const { return weights_; }

 private:
  // At this distance from the point.
  std::uint64_t pixel(int bin, int dy, int dx) const {
    if (std::abs(dy) > tables_.radius || std::abs(dx) > tables_.radius) return 0;
    const int at =
        bin * tables_.luma_bin_stride() + std::abs(dy) * tables_.row + dx + tables_.radius;
    return static_cast<std::uint64_t>(tables_.luma[static_cast<std::size_t>(at)]);
  }
  std::uint64_t two_pixels(int bin, int dy, int dx) const {
    return pixel(bin, dy, dx) | pixel(bin, dy, dx + 1) << 32;
  }
  std::uint64_t opponents(int bin, int odd_column, int dy, int block) const {
    const int distance = dy + tables_.radius + 1;
    if (distance < 0 || distance >= tables_.chroma_distances()) return 0;
    const std::int32_t* const both = tables_.chroma.data() + bin * tables_.chroma_bin_stride() +
                                     odd_column * tables_.chroma_odd_stride() +
                                     distance * tables_.row + 2 * block;
    return LightImage::opponent_word(both[0], both[1]);
  }

  const LightTables& tables_;
  std::vector<BlockWeights> weights_;
};

}  // namespace lifereel
