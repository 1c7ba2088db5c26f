// SPDX-License-Identifier: GPL-2.0-or-later
// The rows of blocks that the points of neighbouring rows of pixels are splatted into.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cpu/light_kernels.h"
#include "sim/light/light_tables.h"

namespace lifereel {

/// Rows of points are added from the top down, each once; a row of blocks is whole as soon as those
/// of the last row of pixels that reaches it are. Rows are not wrapped: -1 is the one above the
/// picture's first. Only so many rows as can be incomplete at once have memory.
class SplatRing {
 public:
  /// For pictures of so many columns.
  explicit SplatRing(std::int32_t width);

  /// Adds points of a row of pixels.
  void add(const LightKernels& kernels, const LightTables& tables, std::int32_t pixel_row,
           const std::int32_t* points, std::int32_t count);

  /// What was added to this row of blocks, for a reader who clears it; null: nothing was.
  SplatRow take(const LightTables& tables, std::int32_t block_row);

  /// Clears it.
  void drop(std::int32_t block_row);

  /// The last row of pixels that reaches a row of blocks.
  static std::int32_t last_row_of(std::int32_t block_row, std::int32_t radius) {
    return 2 * block_row + 1 + radius;
  }

 private:
  static constexpr std::int32_t rows = 8;  // a power of two, more than most_radius
  // Weights left of the first pixel and right of the last, and what a vector may take beyond.
  static constexpr std::int32_t room = 64;

  struct Row {
    std::vector<std::int32_t> luma[2], chroma;
    bool dark = true;
  };
  Row& row_of(std::int32_t block_row) {
    return rows_[static_cast<std::uint32_t>(block_row) % rows];
  }

  std::int32_t width_;
  Row rows_[rows];
};

}  // namespace lifereel
