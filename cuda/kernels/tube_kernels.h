// SPDX-License-Identifier: GPL-2.0-or-later
// Light as a tube's bulging glass shows it, on the GPU (sim/arithmetic/tube.h, Note: [Tube]).
#pragma once

#include "cuda/kernels/light_kernels.h"
#include "sim/arithmetic/tube.h"

namespace lifereel {

/// Between fading and bloom. A thread a cell of 4x4 pixels.
struct BendLight : KernelBody {
  static constexpr const char* name = "BendLight";
  LightImage from, to;  ///< of the same size
  LightLevel base;      ///< becomes the sums of what is seen
  arithmetic::BarrelConstants pixels, blocks;
  bool has_bloom;  ///< or the base stays as it is

  LIFEREEL_KERNEL std::int32_t threads() const { return base.width * base.height; }

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i >= threads()) return;
    const std::int32_t row = i / base.width, column = i % base.width;
    // The last row and column of cells may be half a cell: it counts twice.
    const bool has_lower = 4 * row + 2 < from.height, has_right = 4 * column + 2 < from.width;
    TwoFloats sums[3][2];
    for (std::int32_t half = 0; half < 2; ++half) {
      if (half == 1 && !has_lower) {
        for (auto& channel : sums) channel[1] = channel[0];
        break;
      }
      sums[0][half] = bend_luma(4 * row + 2 * half, column);
      sums[1][half] = bend_blocks(from.cb, to.cb, 2 * row + half, column);
      sums[2][half] = bend_blocks(from.cr, to.cr, 2 * row + half, column);
    }
    if (!has_bloom) return;
    for (std::int32_t c = 0; c < 3; ++c) {
      const TwoFloats &upper = sums[c][0], &lower = sums[c][1];
      base.row(c, row)[column] = arithmetic::sum_of_block(
          upper.v[0], lower.v[0], upper.v[has_right ? 1 : 0], lower.v[has_right ? 1 : 0]);
    }
  }

 private:
  struct Plane {
    const float* samples;
    std::int32_t pitch, width, height;
  };

  // Two rows of four pixels; returns their blocks' sums.
  LIFEREEL_KERNEL TwoFloats bend_luma(std::int32_t row, std::int32_t quad) const {
    const Plane plane{from.luma->v, from.pitch, from.width, from.height};
    FourFloats rows[2];
    for (std::int32_t k = 0; k < 2; ++k) {
      for (std::int32_t x = 0; x < 4; ++x)
        rows[k].v[x] = seen(plane, pixels, row + k, 4 * quad + x);
      to.luma[to.quad(row + k, quad)] = rows[k];
    }
    TwoFloats sums;
    for (std::int32_t b = 0; b < 2; ++b)
      sums.v[b] = arithmetic::sum_of_block(rows[0].v[2 * b], rows[1].v[2 * b], rows[0].v[2 * b + 1],
                                           rows[1].v[2 * b + 1]);
    return sums;
  }

  LIFEREEL_KERNEL TwoFloats bend_blocks(const TwoFloats* opponents, TwoFloats* bent,
                                        std::int32_t row, std::int32_t quad) const {
    const Plane plane{opponents->v, from.block_pitch(), from.width / 2, from.height / 2};
    TwoFloats two;
    for (std::int32_t b = 0; b < 2; ++b) two.v[b] = seen(plane, blocks, row, 2 * quad + b);
    bent[to.quad(row, quad)] = two;
    return two;
  }

  LIFEREEL_KERNEL static float seen(const Plane& plane, const arithmetic::BarrelConstants& c,
                                    std::int32_t row, std::int32_t column) {
    const float y = arithmetic::from_middle(row, c.half_height);
    const float x = arithmetic::from_middle(column, c.half_width);
    const float place = arithmetic::sample_place(x * arithmetic::stretch_of(y, c), c.half_width);
    const std::int32_t number = arithmetic::truncate(place);
    return arithmetic::mixed_at(place, arithmetic::to_float(number), between(plane, c, y, number),
                                between(plane, c, y, number + 1));
  }

  // Of the row between; samples and rows are counted from the one before the first.
  LIFEREEL_KERNEL static float between(const Plane& plane, const arithmetic::BarrelConstants& c,
                                       float y, std::int32_t number) {
    if (number < 1 || number > plane.width) return 0.0f;
    const float x = arithmetic::from_middle(number - 1, c.half_width);
    const float place = arithmetic::sample_place(arithmetic::bent_row(y, x, c), c.half_height);
    const std::int32_t row = arithmetic::truncate(place);
    float rows[2];
    for (std::int32_t k = 0; k < 2; ++k) {
      const std::int32_t r = row - 1 + k;
      rows[k] = r < 0 || r >= plane.height
                    ? 0.0f
                    : plane.samples[static_cast<std::int64_t>(r) * plane.pitch + number - 1];
    }
    return arithmetic::mixed_at(place, arithmetic::to_float(row), rows[0], rows[1]);
  }
};

}  // namespace lifereel
