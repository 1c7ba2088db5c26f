// SPDX-License-Identifier: GPL-2.0-or-later
// What the CPU engine asks of one instruction set: plain functions over plain arrays.
#pragma once

#include <atomic>
#include <cstdint>

#include "sim/arithmetic/arithmetic.h"
#include "sim/cpu/strips.h"

namespace lifereel {

/// Arrays that kernels read in whole vectors are this many elements longer than their content.
inline constexpr int kernel_padding = 16;

/// The 5x5 splat in twentieths, by |dy| and |dx|, each row padded to 8.
inline constexpr std::int32_t splat_weights[3][8] = {
    {6, 17, 20, 17, 6, 0, 0, 0}, {4, 12, 17, 12, 4, 0, 0, 0}, {1, 4, 6, 4, 1, 0, 0, 0}};

/// A coordinate that is out of every particle's reach: what the padding between strips holds.
inline constexpr float out_of_reach = 1e15f;

/// Particles sorted by place. After each strip come kernel_padding positions that hold no particle:
/// a vector that begins in one strip never reads from the next.
struct ForceField {
  const Strips* strips;
  const std::int32_t* start;  ///< by bucket: its first position
  const float* y;
  const float* x;
  const std::int32_t* place;
  const std::int32_t* species;
  /// The matrix, spread out: what a particle of species k feels from the one at position i is
  /// felt[k * pitch + i], and what that one feels from it is caused[k * pitch + i].
  const float* felt;
  const float* caused;
  std::int64_t pitch;
  arithmetic::ForceConstants constants;
  /// Sums of force_quanta(), in layers: what the particles of a strip contribute to the strip
  /// `step` further down is in layer `step`, so that each is written by one call of sum_strip(). A
  /// layer's sums are its y, then its x, layer_pitch of each, by position.
  std::int64_t* layers;
  std::int64_t layer_pitch;
  /// Whether nobody wants the sums any more: sum_strip() may end without them.
  bool (*is_cancelled)(const ForceField&);
  const std::atomic<bool>* cancel;  ///< what it looks at, nullptr for nothing
  std::atomic<bool>* cancelled;     ///< set once it has seen it set, which may be taken back
};

struct Kernels {
  /// The forces on the particles of one strip by those after them, and the reverse; and those that
  /// act across the seam on the particles of the strip. `partial_y` and `partial_x` are one int32
  /// for each position, all 0 before and after.
  void (*sum_strip)(const ForceField&, std::int32_t strip, std::int32_t* partial_y,
                    std::int32_t* partial_x);
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
