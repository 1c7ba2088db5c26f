// SPDX-License-Identifier: GPL-2.0-or-later
// The bloom's pyramid on the GPU: sums of 4x4 pixels, halved level by level; then every level adds
// what is smaller, doubled. ToneLight doubles the largest once more, to a sample for 2x2 pixels.
#pragma once

#include "cuda/kernels/frame_kernels.h"
#include "sim/arithmetic/light.h"
#include "sim/look.h"

namespace lifereel {

/// Luma and both opponents of one size; `pitch` samples from row to row, whole fours.
struct LightLevel {
  float* channel[3];  ///< null where it is not kept
  std::int32_t width, height, pitch;
  bool open;  ///< beside an edge is more of the same; otherwise, on a torus, the opposite one

  LIFEREEL_KERNEL std::int32_t quads() const { return (width + 3) / 4; }
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

/// A sample of a level from the one before, of twice the size.
LIFEREEL_KERNEL void halve_light(const LightLevel& from, const LightLevel& to, std::int32_t channel,
                                 std::int32_t r, std::int32_t column) {
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

/// Four samples of a level have the next one added, of half the size.
LIFEREEL_KERNEL void add_doubled_light(const LightLevel& from, const LightLevel& to,
                                       std::int32_t channel, std::int32_t r, std::int32_t quad) {
  const float* const near = from.row(channel, r / 2);
  const float* const far = from.row_within(channel, r / 2 + (r % 2 == 0 ? -1 : 1));
  float mixed[4];
  for (std::int32_t k = 0; k < 4; ++k) {
    const std::int32_t at = from.within(2 * quad - 1 + k, from.width);
    mixed[k] = arithmetic::doubled(near[at], far[at]);
  }
  FourFloats& there = reinterpret_cast<FourFloats*>(to.row(channel, r))[quad];
  const FourFloats base = there;
  there = {{base.v[0] + arithmetic::doubled(mixed[1], mixed[0]),
            base.v[1] + arithmetic::doubled(mixed[1], mixed[2]),
            base.v[2] + arithmetic::doubled(mixed[2], mixed[1]),
            base.v[3] + arithmetic::doubled(mixed[2], mixed[3])}};
}

/// A thread a sample of a channel.
struct HalveLight : KernelBody {
  static constexpr const char* name = "HalveLight";
  LightLevel from, to;

  LIFEREEL_KERNEL std::int32_t threads() const { return 3 * to.height * to.width; }

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i >= threads()) return;
    const std::int32_t line = i / to.width;
    halve_light(from, to, line / to.height, line % to.height, i % to.width);
  }
};

/// A thread four samples of a channel.
struct DoubleLight : KernelBody {
  static constexpr const char* name = "DoubleLight";
  LightLevel from, to;

  LIFEREEL_KERNEL std::int32_t threads() const { return 3 * to.height * to.quads(); }

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i >= threads()) return;
    const std::int32_t line = i / to.quads();
    add_doubled_light(from, to, line / to.height, line % to.height, i % to.quads());
  }
};

/// All levels below one, so small that launches would take longer than their work: down from there
/// and up again. A block a channel.
struct SpreadLight : KernelBody {
  static constexpr const char* name = "SpreadLight";
  static constexpr int threads_per_block = 512;
  static constexpr std::int32_t blocks = 3;
  static constexpr int most_levels = most_bloom_radius;
  /// The largest level halved into: a few samples a thread.
  static constexpr std::int32_t most_samples = 2048;
  LightLevel level[most_levels];  ///< largest first
  std::int32_t levels;

  /// Of a pyramid's levels, the one that this begins with: only the last, where none is small.
  template <class Levels>
  static std::size_t first_level(const Levels& levels) {
    std::size_t first = 0;
    while (first + 1 < levels.size() &&
           levels[first + 1].width * levels[first + 1].height > most_samples)
      ++first;
    return first;
  }

  static constexpr int phases = 2 * (most_levels - 1);

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    constexpr bool goes_down = phase < most_levels - 1;
    constexpr int larger = goes_down ? phase : phases - 1 - phase;
    if (larger + 1 >= levels) return;
    const LightLevel &large = level[larger], &small = level[larger + 1];
    if constexpr (goes_down) {
      for (std::int32_t i = thread.thread; i < small.height * small.width; i += thread.threads)
        halve_light(large, small, thread.block, i / small.width, i % small.width);
    } else {
      for (std::int32_t i = thread.thread; i < large.height * large.quads(); i += thread.threads)
        add_doubled_light(small, large, thread.block, i / large.quads(), i % large.quads());
    }
  }
};

}  // namespace lifereel
