// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures in characters, included by one source file for each instruction set.
#pragma once

#include "sim/arithmetic/glyphs.h"
#include "sim/cpu/glyph_kernels.h"
#include "sim/cpu/light_kernels.inl"

namespace lifereel::LIFEREEL_ISA {
namespace {

void sum_rows(const float* first, std::ptrdiff_t pitch, std::int32_t rows, std::int32_t count,
              float* to) {
  for (std::int32_t i = 0; i < count; i += lanes) {
    Float sum = load(first + i);
    for (std::int32_t row = 1; row < rows; ++row) sum = sum + load(first + row * pitch + i);
    store(to + i, sum);
  }
}

template <bool filmic>
void tone_cells_of(const CellRow& cell_row, const arithmetic::ToneConstants& constants) {
  const CellRow cells = cell_row;
  const arithmetic::ToneConstants tone = constants;
  for (std::int32_t i = 0; i < cells.count; i += lanes) {
    arithmetic::CellLight<Float> light;
    for (int r = 0; r < arithmetic::cell_regions; ++r) light.region[r] = load(cells.shape[r] + i);
    light.cb = load(cells.cb + i);
    light.cr = load(cells.cr + i);
    const arithmetic::LitPixel<Float> lit = arithmetic::lit_pixel(light);
    store(cells.luma + i, lit.luma);
    store(cells.cb + i, lit.cb);
    store(cells.cr + i, lit.cr);
    for (int r = 0; r < arithmetic::cell_regions; ++r) {
      const Float exposed = light.region[r] * Float(tone.exposure);
      store(cells.shape[r] + i, filmic ? arithmetic::filmic_tone(exposed, tone, 1.0f)
                                       : arithmetic::log_tone(exposed, tone, 1.0f));
    }
  }
}

void tone_cells(const CellRow& cells, const arithmetic::ToneConstants& tone, bool filmic) {
  if (filmic)
    tone_cells_of<true>(cells, tone);
  else
    tone_cells_of<false>(cells, tone);
}

// The glyph most like each of a vector's shapes, or the one before where that is nearly as like.
LIFEREEL_INLINE Int most_like(const Float* region, Int before, const GlyphChoice& choice) {
  Float least(3e38f), of_before(3e38f);
  Int best(0);
  for (std::int32_t glyph = 1; glyph < choice.glyphs; ++glyph) {
    const Float unlike = arithmetic::unlikeness(
        region, choice.coverage + glyph * arithmetic::cell_regions, choice.squares[glyph]);
    const Int here(glyph), less = where_less(unlike, least);
    least = chosen(less, unlike, least);
    best = chosen(less, here, best);
    of_before = chosen(where_equal(before, here), unlike, of_before);
  }
  return arithmetic::with_persistence(best, least, before, of_before);
}

void choose_glyphs(const CellRow& cell_row, const GlyphChoice& glyph_choice) {
  const CellRow cells = cell_row;
  const GlyphChoice choice = glyph_choice;
  for (std::int32_t i = 0; i < cells.count; i += lanes) {
    Float region[arithmetic::cell_regions], brightest(0.0f);
    for (int r = 0; r < arithmetic::cell_regions; ++r) {
      region[r] = load(cells.shape[r] + i);
      brightest = maximum(brightest, region[r]);
    }
    const Int before = load(cells.glyph + i);
    const Int dark = arithmetic::where_dark(brightest, before, choice.floor);
    Int glyph(0);
    if (sum_lanes(dark) != -lanes) {  // most cells of many pictures are dark
      arithmetic::sharpen_shape(region);
      glyph = chosen(dark, Int(0), most_like(region, before, choice));
    }
    store(cells.glyph + i, glyph);
    if (choice.least_step > arithmetic::most_brightness) continue;
    const arithmetic::CellSlope<Float> slope = arithmetic::cell_slope(region);
    for (int lane = 0; lane < lanes; ++lane)
      cells.glyph[i + lane] =
          arithmetic::glyph_or_line(glyph.v[lane], {slope.across.v[lane], slope.down.v[lane]},
                                    choice.least_step, choice.lines);
  }
}

// Narrow cells have vectors to match: what lies across two lines of the cache takes twice as long.
using NarrowCell = float __attribute__((vector_size(4 * coverage_line / 2)));
using WideCell = float __attribute__((vector_size(4 * coverage_line)));

// What a cell's vectors write beyond it, the next cells write over. Beyond the last is another row,
// which may be another thread's.
template <class Vector, int vectors, int rows>
void draw_cells_of(const DrawnCells& drawn_cells) {
  constexpr std::int32_t vector_samples = sizeof(Vector) / sizeof(float);
  const DrawnCells cells = drawn_cells;
  const auto draw = [&cells](std::int32_t i, int row, float* to) __attribute__((always_inline)) {
    const DrawnRow& drawn = cells.rows[row];
    const float* const coverage = drawn.coverage + cells.glyph[i] * cells.a_glyph;
    for (int v = 0; v < vectors; ++v) {
      Vector samples;
      memcpy(&samples, coverage + v * vector_samples, sizeof samples);
      samples = samples * drawn.light[i];
      memcpy(to + v * vector_samples, &samples, sizeof samples);
    }
  };
  const std::int32_t end = cells.count * cells.width;
  std::int32_t i = 0;
  for (; i * cells.width + vectors * vector_samples <= end; ++i)
#pragma GCC unroll 3
    for (int row = 0; row < rows; ++row) draw(i, row, cells.rows[row].to + i * cells.width);
  for (; i < cells.count; ++i)
    for (int row = 0; row < rows; ++row) {
      float samples[vectors * vector_samples];
      draw(i, row, samples);
      memcpy(cells.rows[row].to + i * cells.width, samples,
             static_cast<std::size_t>(cells.width) * sizeof(float));
    }
}

template <int rows>
void draw_rows(const DrawnCells& cells) {
  if (cells.width <= coverage_line / 2)
    draw_cells_of<NarrowCell, 1, rows>(cells);
  else if (cells.width <= coverage_line)
    draw_cells_of<WideCell, 1, rows>(cells);
  else
    draw_cells_of<WideCell, 2, rows>(cells);
}

void draw_cells(const DrawnCells& cells) {
  if (cells.row_count == 2)
    draw_rows<2>(cells);
  else
    draw_rows<3>(cells);
}

}  // namespace

extern const GlyphKernels glyph_kernels;
const GlyphKernels glyph_kernels = {sum_rows, tone_cells, choose_glyphs, draw_cells};

}  // namespace lifereel::LIFEREEL_ISA
