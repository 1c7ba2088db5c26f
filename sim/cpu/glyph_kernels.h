// SPDX-License-Identifier: GPL-2.0-or-later
// What pictures in characters ask of one instruction set: plain functions over rows of cells.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/arithmetic/glyphs.h"
#include "sim/glyphs/glyph_choice.h"

namespace lifereel {

/// A row of cells; arrays have room for whole blocks of light_block.
struct CellRow {
  /// Brightness of each region, 0 to 1 as toned; choose_glyphs() leaves it sharpened.
  float* shape[arithmetic::cell_regions];
  float *luma, *cb, *cr;  ///< of a lit pixel
  std::int32_t* glyph;    ///< the picture before's, -1: none; then this one's
  std::int32_t count;
};

/// A row of samples of every cell: coverage, of one row of glyph 0, times a lit sample's light.
struct DrawnRow {
  const float* coverage;
  const float* light;  ///< by cell
  float* to;
};
/// As many rows of the same cells at once.
inline constexpr int most_drawn_rows = 3;
struct DrawnCells {
  DrawnRow rows[most_drawn_rows];
  std::int32_t row_count;  ///< 2 or 3
  std::ptrdiff_t a_glyph;  ///< samples of coverage from glyph to glyph
  const std::int32_t* glyph;
  std::int32_t count, width;  ///< cells, and samples of each
};

/// Coverage of a row of a glyph has whole lines of so many samples.
inline constexpr int coverage_line = 16;

struct GlyphKernels {
  /// to[i] = the sum of `rows` rows, the first `pitch` samples apart, from above.
  void (*sum_rows)(const float* first, std::ptrdiff_t pitch, std::int32_t rows, std::int32_t count,
                   float* to);
  /// Regions' and opponents' means, in `cells` -> brightness and the light of lit pixels.
  void (*tone_cells)(const CellRow& cells, const arithmetic::ToneConstants& tone, bool filmic);
  void (*choose_glyphs)(const CellRow& cells, const GlyphChoice& choice);
  void (*draw_cells)(const DrawnCells& cells);
};

const GlyphKernels& baseline_glyph_kernels() noexcept;
#if defined(__x86_64__)
const GlyphKernels& avx2_glyph_kernels() noexcept;
const GlyphKernels& avx512_glyph_kernels() noexcept;
#endif

}  // namespace lifereel
