// SPDX-License-Identifier: GPL-2.0-or-later
// What drawing in light asks of one instruction set: plain functions over rows.
#pragma once

#include <cstdint>

#include "sim/arithmetic/light.h"
#include "sim/arithmetic/tube.h"
#include "sim/light/exposure.h"

namespace lifereel {

/// Rows of light are whole multiples of this many samples, and so are rows they are mixed into.
inline constexpr int light_block = 64;

/// A point is its column and, from this bit on, its colour's bin.
inline constexpr int point_bin_shift = 24;

inline constexpr int most_radius = 6;  ///< of a point

/// Where the points of one row of pixels are added, each row from its margin on: the rows of pixels
/// from `radius` above it to `radius` below, and the `radius` + 1 rows of blocks that these lie in.
struct SplatRows {
  std::int32_t* luma[2 * most_radius + 1];
  std::int32_t* chroma[most_radius + 1];
};

/// The rows of weights of bin 0, and what lies between bins; LightTables. Chroma's begin with the
/// first row of blocks.
struct PointWeights {
  const std::int32_t *luma, *chroma;
  std::int32_t luma_bin_stride, chroma_bin_stride, chroma_odd_stride;
  std::int32_t row, radius;
};

/// What was splatted into a row of blocks, two of pixels, from the first pixel on. Null: nothing.
struct SplatRow {
  std::int32_t* luma[2];
  std::int32_t* chroma;  ///< Cb and Cr in turn
};

/// The light of a row of blocks.
struct FadedRows {
  float *luma[2], *cb, *cr;
  float* block_luma;  ///< sums of each block, which are written
  SplatRow splat;     ///< which is cleared
  bool is_far;        ///< more than caches hold: to be fetched before it is needed
};

/// Histograms that are added up in the end, one after another, and the bins of each: the first for
/// light below 1, then by exposure_bin().
inline constexpr int counted_apart = 4;
inline constexpr int light_bins = exposure_bins + 1;

/// What a tube makes of a row that is toned.
struct TubeRow {
  arithmetic::TubeConstants constants;
  const float* mask;  ///< by column of pixels
  float row;          ///< from the middle
  float gap[2];       ///< flat glass: gap_at() of the row, or of both rows of blocks
};

/// A row of samples as bulging glass shows it.
struct BentRow {
  const float* first;  ///< of the plane, whose rows lie `pitch` samples apart
  std::int32_t pitch, width, height;
  arithmetic::BarrelConstants barrel;
  float row;       ///< from the middle
  float* between;  ///< room for width + 3 light_block samples
  float* to;
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
  const TubeRow* tube;  ///< nullptr: none
};

/// Two rows, of which one lies nearer to the row twice as wide that is made of them. Beside their
/// ends are more of these where a picture's edges are open, otherwise the other ends.
struct SampleRows {
  const float *near, *far;
  std::int32_t width;
  bool open;
};

struct LumaRow : TonedRow {
  const float* light;
  bool is_far;         ///< as FadedRows'
  SampleRows glow;     ///< a sample a block; null: none
  const float* grain;  ///< in code values of 8 bits; nullptr: none
};

/// Both channels of a row of 2x2 blocks.
struct ChromaRow : TonedRow {
  std::uint8_t* to_cr;
  const float* light[2];        ///< luma of both rows of pixels
  const float *cb, *cr;         ///< sums of each block
  const float* glow_luma;       ///< a sample a block; nullptr: none
  SampleRows glow_cb, glow_cr;  ///< a sample 2x2 blocks
};

struct LightKernels {
  /// Adds the weights of every point.
  void (*add_points)(const SplatRows& rows, const std::int32_t* points, std::int32_t count,
                     const PointWeights& weights);
  /// Luma = fade_light(luma, splat), and the opponents likewise; returns the largest sum of a
  /// block's luma.
  float (*fade_blocks)(const FadedRows& rows, std::int32_t blocks, float decay,
                       arithmetic::FadedHue hue);
  /// Sums of 2x2.
  void (*halve_sums)(const float* row0, const float* row1, std::int32_t width, float* to,
                     std::int32_t to_width);
  /// Counts samples into counted_apart histograms of light_bins.
  void (*count_light)(const float* light, std::int32_t count, std::uint32_t* histograms);
  /// to[i] = [1 3 3 1] / 8 over both axes at rows and columns 2 i - 1 .. 2 i + 2; `open` is
  /// SampleRows', `scratch` holds width + 2 light_block samples.
  void (*halve)(const float* const rows[4], std::int32_t width, bool open, float* to,
                std::int32_t to_width, float* scratch);
  /// to[i], or with `adds` what is added to it, = (3 near + far) / 4 over both axes, twice as wide.
  void (*double_row)(const SampleRows& rows, bool adds, float* to);
  void (*bend_row)(const BentRow& row);
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
