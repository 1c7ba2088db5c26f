// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/splat_ring.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace lifereel {
namespace {

// What is left and right of the picture belongs to its other side.
void fold_seam(std::int32_t* splat, std::int32_t margin, std::int32_t count) {
  for (std::int32_t i = 0; i < margin; ++i) {
    splat[count + i] += std::exchange(splat[i], 0);
    splat[margin + i] += std::exchange(splat[margin + count + i], 0);
  }
}

constexpr std::int32_t half_down(std::int32_t n) { return (n - (n & 1)) / 2; }

}  // namespace

SplatRing::SplatRing(std::int32_t width) : width_(width) {
  const auto samples =
      static_cast<std::size_t>((width + light_block - 1) / light_block * light_block + room);
  for (Row& row : rows_)
    for (auto* splat : {&row.luma[0], &row.luma[1], &row.chroma}) splat->resize(samples);
}

void SplatRing::add(const LightKernels& kernels, const LightTables& tables, std::int32_t pixel_row,
                    const std::int32_t* points, std::int32_t count) {
  const std::int32_t radius = tables.radius;
  SplatRows rows_around{};
  for (std::int32_t i = 0; i <= 2 * radius; ++i) {
    const std::int32_t row = pixel_row - radius + i;
    rows_around.luma[i] = row_of(half_down(row)).luma[row & 1].data();
  }
  const std::int32_t first_block_row = half_down(pixel_row - radius);
  for (std::int32_t i = 0; i <= radius; ++i) {
    Row& row = row_of(first_block_row + i);
    row.dark = false;
    rows_around.chroma[i] = row.chroma.data();
  }
  PointWeights weights{};
  weights.luma = tables.luma.data();
  weights.chroma =
      tables.chroma.data() + (2 * first_block_row - pixel_row + radius + 1) * tables.row;
  weights.luma_bin_stride = tables.luma_bin_stride();
  weights.chroma_bin_stride = tables.chroma_bin_stride();
  weights.chroma_odd_stride = tables.chroma_odd_stride();
  weights.row = tables.row;
  weights.radius = radius;
  kernels.add_points(rows_around, points, count, weights);
}

SplatRow SplatRing::take(const LightTables& tables, std::int32_t block_row) {
  Row& row = row_of(block_row);
  if (std::exchange(row.dark, true)) return {};
  const std::int32_t chroma_margin = 2 * tables.block_radius();
  for (auto& splat : row.luma) fold_seam(splat.data(), tables.radius, width_);
  fold_seam(row.chroma.data(), chroma_margin, width_);
  return {{row.luma[0].data() + tables.radius, row.luma[1].data() + tables.radius},
          row.chroma.data() + chroma_margin};
}

void SplatRing::drop(std::int32_t block_row) {
  Row& row = row_of(block_row);
  if (std::exchange(row.dark, true)) return;
  for (auto* splat : {&row.luma[0], &row.luma[1], &row.chroma})
    std::fill(splat->begin(), splat->end(), 0);
}

}  // namespace lifereel
