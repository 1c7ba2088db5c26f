// SPDX-License-Identifier: GPL-2.0-or-later
// What the CPU engine asks of one instruction set: plain functions over plain arrays.
#pragma once

#include <cstdint>

#include "arithmetic.h"

namespace lifereel {

/// Arrays that kernels read in whole vectors are this many elements longer than their content.
inline constexpr int kernel_padding = 16;

/// The 5x5 splat in twentieths, by |dy| and |dx|, each row padded to 8.
inline constexpr std::int32_t splat_weights[3][8] = {
    {6, 17, 20, 17, 6, 0, 0, 0}, {4, 12, 17, 12, 4, 0, 0, 0}, {1, 4, 6, 4, 1, 0, 0, 0}};

/// The candidates of one cell; coordinates already carry the wrap offset.
struct Candidates {
  const float* y;
  const float* x;
  const std::int32_t* species;
  std::int32_t count;
};

/// The particles of one cell; sums of force_quanta() come back. y and x are read in whole vectors.
struct Targets {
  const float* y;
  const float* x;
  const std::int32_t* species;
  std::int32_t count;
  std::int64_t* sum_y;
  std::int64_t* sum_x;
};

struct ForceSettings {
  arithmetic::ForceConstants constants;
  /// From here on a pair's force is exactly 0 quanta: a little over rmax^2, so that rounding cannot
  /// let a pair count on one path and be skipped on another.
  float reach_squared;
  const float* matrix;  ///< K x K, row: the target's species
  std::int32_t species_count;
};

struct Kernels {
  /// Sums the force on every target over all candidates.
  void (*sum_forces)(const Targets&, const Candidates&, const ForceSettings&);
  /// Adds 8 weights at splat[x[i]] for each i.
  void (*add_splats)(std::int32_t* splat, const std::int32_t* x, std::int32_t count,
                     const std::int32_t* weights);
  /// trail[i] = fade_and_add(trail[i], splat[i], decay) for count pixels (rounded up to whole
  /// vectors); returns the largest.
  float (*fade_row)(float* trail, const std::int32_t* splat, std::int32_t count, float decay);
  /// The same where nothing was splatted.
  float (*fade_empty_row)(float* trail, std::int32_t count, float decay);
  /// Gray or limited-range luma of count pixels; writes count bytes and no more.
  void (*tone_row)(const float* trail, std::uint8_t* luma, std::int32_t count, float scale,
                   bool limited_range);
};

const Kernels& baseline_kernels() noexcept;
#if defined(__x86_64__)
const Kernels& avx2_kernels() noexcept;
const Kernels& avx512_kernels() noexcept;
#endif

}  // namespace lifereel
