// SPDX-License-Identifier: GPL-2.0-or-later
// The bloom's pyramid on the GPU: sums of 4x4 pixels, halved level by level; then every level adds
// what is smaller, doubled, and the largest is doubled once more, to a sample for 2x2 pixels.
#pragma once

#include "cuda/kernels/frame_kernels.h"
#include "sim/arithmetic/light.h"

namespace lifereel {

/// Luma and both opponents of one size; `pitch` samples from row to row, whole fours.
struct LightLevel {
  float* channel[3];  ///< null where it is not kept
  std::int32_t width, height, pitch;
  bool open;  ///< beside an edge is more of the same; otherwise, on a torus, the opposite one

  LIFEREEL_KERNEL float* row(std::int32_t c, std::int32_t r) const {
    return channel[c] + static_cast<std::int64_t>(r) * pitch;
  }
  /// Of a row or column by its number, at most one size beside the edges.
  LIFEREEL_KERNEL std::int32_t within(std::int32_t i, std::int32_t size) const {
    if (!open) return wrapped(i, size);
    return i < 0 ? 0 : i >= size ? size - 1 : i;
  }
  LIFEREEL_KERNEL float* row_within(std::int32_t c, std::int32_t r) const {
    return row(c, within(r, height));
  }
  LIFEREEL_KERNEL static std::int32_t wrapped(std::int32_t i, std::int32_t size) {
    return i < 0 ? i + size : i >= size ? i - size : i;
  }
};

/// A level from the one before. A thread a sample of a channel.
struct HalveLight : KernelBody {
  static constexpr const char* name = "HalveLight";
  LightLevel from, to;

  LIFEREEL_KERNEL std::int32_t threads() const { return 3 * to.height * to.width; }

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i >= threads()) return;
    const std::int32_t line = i / to.width, column = i % to.width;
    const std::int32_t channel = line / to.height, r = line % to.height;
    const float* const rows[4] = {
        from.row_within(channel, 2 * r - 1), from.row_within(channel, 2 * r),
        from.row_within(channel, 2 * r + 1), from.row_within(channel, 2 * r + 2)};
    float mixed[4];
    for (std::int32_t k = 0; k < 4; ++k) {
      const std::int32_t at = from.within(2 * column - 1 + k, from.width);
      mixed[k] = arithmetic::halved(rows[0][at], rows[3][at], rows[1][at], rows[2][at]);
    }
    to.row(channel, r)[column] =
        arithmetic::halved(mixed[0], mixed[3], mixed[1], mixed[2]) * arithmetic::halved_scale;
  }
};

/// A level of twice the size gets, or has added, the one below. A thread four samples of a channel.
struct DoubleLight : KernelBody {
  static constexpr const char* name = "DoubleLight";
  LightLevel from, to;
  bool adds;

  LIFEREEL_KERNEL std::int32_t quads() const { return (to.width + 3) / 4; }
  LIFEREEL_KERNEL std::int32_t threads() const { return 3 * to.height * quads(); }

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i >= threads()) return;
    const std::int32_t line = i / quads(), quad = i % quads();
    const std::int32_t channel = line / to.height, r = line % to.height;
    const float* const near = from.row(channel, r / 2);
    const float* const far = from.row_within(channel, r / 2 + (r % 2 == 0 ? -1 : 1));
    float mixed[4];
    for (std::int32_t k = 0; k < 4; ++k) {
      const std::int32_t at = from.within(2 * quad - 1 + k, from.width);
      mixed[k] = arithmetic::doubled(near[at], far[at]);
    }
    FourFloats sum = {
        {arithmetic::doubled(mixed[1], mixed[0]), arithmetic::doubled(mixed[1], mixed[2]),
         arithmetic::doubled(mixed[2], mixed[1]), arithmetic::doubled(mixed[2], mixed[3])}};
    FourFloats& there = reinterpret_cast<FourFloats*>(to.row(channel, r))[quad];
    if (adds) {
      const FourFloats base = there;
      for (std::int32_t k = 0; k < 4; ++k) sum.v[k] = base.v[k] + sum.v[k];
    }
    there = sum;
  }
};

}  // namespace lifereel
