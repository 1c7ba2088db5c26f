// SPDX-License-Identifier: GPL-2.0-or-later
// What drawing in light asks of one instruction set: plain functions over rows.
#pragma once

#include <cstdint>

#include "sim/arithmetic/light.h"

namespace lifereel {

/// Rows of light are whole multiples of this many samples, and so are rows they are mixed into.
inline constexpr int light_block = 64;

/// A point is its column and, from this bit on, its colour's bin.
inline constexpr int point_bin_shift = 24;

/// Where points are added: both pixel rows of a row of blocks, and its chroma, each from its margin
/// on. A null row gets nothing.
struct SplatRows {
  std::int32_t* luma[2];
  std::int32_t* chroma;
};

/// The rows of weights of bin 0 that belong to these, and what lies between bins; LightTables.
struct PointWeights {
  const std::int32_t* luma[2];
  const std::int32_t* chroma;
  std::int32_t luma_bin_stride, chroma_bin_stride, chroma_odd_stride;
  bool wide;  ///< rows of 16 weights instead of 8
};

/// One row of samples that becomes a picture's.
struct TonedRow {
  std::uint8_t* to;  ///< count samples are written
  std::int32_t count;
  int sample_bytes;       ///< 1 or 2
  float gain, offset;     ///< of the code values
  const float* noise;     ///< light_block samples in [0, 1), repeated
  const float* vignette;  ///< by column; nullptr: none
  float vignette_row;
};

struct LumaRow : TonedRow {
  const float* light;
  const float* bloom;  ///< nullptr: none
  const float* grain;  ///< in code values of 8 bits; nullptr: none
};

/// Both channels of a row of 2x2 blocks.
struct ChromaRow : TonedRow {
  std::uint8_t* to_cr;
  const float *luma, *cb, *cr;                    ///< sums of each block
  const float *bloom_luma, *bloom_cb, *bloom_cr;  ///< nullptr: none
};

struct LightKernels {
  /// Adds the weights of every point.
  void (*add_points)(const SplatRows& splat, const std::int32_t* points, std::int32_t count,
                     const PointWeights& weights);
  /// light = fade_light(light, splat); returns the largest.
  float (*fade_luma)(float* light, const std::int32_t* splat, std::int32_t count, float decay);
  /// The sums of 2x2 blocks of two rows; returns the largest.
  float (*sum_blocks)(const float* row0, const float* row1, float* sums, std::int32_t blocks);
  /// The same for the two opponent channels, whose splats alternate (or are null); where the
  /// block's luma is 0 they are too.
  void (*fade_chroma)(float* cb, float* cr, const float* luma, const std::int32_t* splat,
                      std::int32_t blocks, arithmetic::FadedHue hue);
  /// to[i] = [1 3 3 1] / 8 over both axes at rows and columns 2 i - 1 .. 2 i + 2 of a torus;
  /// `scratch` holds width + 3 samples.
  void (*halve)(const float* const rows[4], std::int32_t width, float* to, std::int32_t to_width,
                float* scratch);
  /// Sums of 2x2.
  void (*halve_sums)(const float* row0, const float* row1, std::int32_t width, float* to,
                     std::int32_t to_width);
  /// to[i], or with `adds` what is added to it, = (3 near + far) / 4 over both axes of a torus,
  /// twice as wide.
  void (*double_row)(const float* near, const float* far, std::int32_t width, bool adds, float* to,
                     std::int32_t to_width);
  void (*tone_luma)(const LumaRow& row, const arithmetic::ToneConstants& tone, bool filmic);
  void (*tone_chroma)(const ChromaRow& row, const arithmetic::ToneConstants& tone, bool filmic,
                      const arithmetic::MatrixConstants& matrix);
};

const LightKernels& baseline_light_kernels() noexcept;
#if defined(__x86_64__)
const LightKernels& avx2_light_kernels() noexcept;
const LightKernels& avx512_light_kernels() noexcept;
#endif

}  // namespace lifereel
