// SPDX-License-Identifier: GPL-2.0-or-later
// The arithmetic of pictures in characters: one definition for every instruction set and for the
// GPU, under the rules of arithmetic.h (Note: [Determinism]).
//
// Note: [Glyphs]
// A cell of the picture is cut into 2x4 regions, as glyphs are (sim/glyphs/glyph_tables.h). The
// mean light of each goes through the tone curve, and the glyph is the one whose regions' coverage
// differs least from that, by the sum of squares: so that not only its darkness but its shape is
// the light's. Coverage and brightness are whole numbers up to 255, so that those sums are exact in
// floats, whatever their order. All lit pixels of a cell have the light of its brightest region, in
// the cell's colour; the others have none. What a cell had before stays as long as nothing else is
// clearly more like it.
#pragma once

#include "sim/arithmetic/light.h"

namespace lifereel::arithmetic {

/// All bits set where it is so, else none: a lane's, as wide.h's types have it.
LIFEREEL_ARITHMETIC std::int32_t where_less(float a, float b) { return a < b ? -1 : 0; }
LIFEREEL_ARITHMETIC std::int32_t where_equal(std::int32_t a, std::int32_t b) {
  return a == b ? -1 : 0;
}
LIFEREEL_ARITHMETIC std::int32_t chosen(std::int32_t where, std::int32_t a, std::int32_t b) {
  return where != 0 ? a : b;
}
LIFEREEL_ARITHMETIC float chosen(std::int32_t where, float a, float b) {
  return where != 0 ? a : b;
}

/// Regions are counted row by row.
inline constexpr int cell_regions = 8;

/// Of brightness.
inline constexpr float most_brightness = 255.0f;
/// What is drawn in a cell: by how much less the glyph that was there may be like it.
inline constexpr float glyph_persistence = 3000.0f;
/// Of the floor: what an empty cell must reach to have a glyph again.
inline constexpr float floor_when_empty = 1.125f;

/// What a cell's regions are, by the means of their light.
template <class F>
struct CellLight {
  F region[cell_regions];
  F cb, cr;  ///< means of a pixel
};

/// The light of a cell's lit pixels; opponents are a pixel's.
template <class F>
struct LitPixel {
  F luma, cb, cr;
};
template <class F>
LIFEREEL_ARITHMETIC LitPixel<F> lit_pixel(const CellLight<F>& cell) {
  F brightest = cell.region[0], sum = cell.region[0];
  for (int i = 1; i < cell_regions; ++i) {
    brightest = maximum(brightest, cell.region[i]);
    sum = sum + cell.region[i];
  }
  // Far below what shows, for cells without light.
  const F scale = quotient(brightest, sum * (1.0f / cell_regions) + F(1e-9f));
  return {brightest, cell.cb * scale, cell.cr * scale};
}

/// Of toned light, 0 to 1, the brightness that a glyph is chosen by: regions darker than the
/// brightest one are made darker still, so that edges are crisp.
template <class F>
LIFEREEL_ARITHMETIC void sharpen_shape(F* region) {
  F brightest = region[0];
  for (int i = 1; i < cell_regions; ++i) brightest = maximum(brightest, region[i]);
  const F scale = quotient(F(most_brightness), brightest + F(1e-9f));
  for (int i = 0; i < cell_regions; ++i)
    region[i] = to_float(truncate(region[i] * region[i] * scale + F(0.5f)));
}

/// How unlike a shape a glyph is, less what is the same for all glyphs: `coverage` of its regions,
/// `squares` the sum of their squares.
template <class F>
LIFEREEL_ARITHMETIC F unlikeness(const F* region, const float* coverage, float squares) {
  F both = region[0] * coverage[0];
  for (int i = 1; i < cell_regions; ++i) both = both + region[i] * coverage[i];
  return F(squares) - both * 2.0f;
}

/// Where a cell stays empty, by the brightness of its brightest region, 0 to 1, and the glyph that
/// it had.
template <class F, class I>
LIFEREEL_ARITHMETIC I where_dark(F brightest, I before, float floor) {
  return where_less(brightest,
                    chosen(where_equal(before, I(0)), F(floor * floor_when_empty), F(floor)));
}

/// The glyph that is most like a shape, by so much; or the one before, unless that is clearly less
/// like it.
template <class F, class I>
LIFEREEL_ARITHMETIC I with_persistence(I best, F least, I before, F of_before) {
  return chosen(where_less(least + F(glyph_persistence), of_before), best, before);
}

/// The step of brightness from left to right and from top to bottom, halved as a cell is twice as
/// high as wide.
template <class F>
struct CellSlope {
  F across, down;
};
template <class F>
LIFEREEL_ARITHMETIC CellSlope<F> cell_slope(const F* region) {
  const F left = (region[0] + region[2]) + (region[4] + region[6]);
  const F right = (region[1] + region[3]) + (region[5] + region[7]);
  const F upper = (region[0] + region[1]) + (region[2] + region[3]);
  const F lower = (region[4] + region[5]) + (region[6] + region[7]);
  return {(right - left) * 0.25f, (lower - upper) * 0.125f};
}

/// 0 to 3 for '-', '/', '|' and '\\', or -1.
LIFEREEL_ARITHMETIC std::int32_t line_of_slope(CellSlope<float> slope, float least_step) {
  constexpr float diagonal = 2.4142135f;  // tan 67.5 degrees
  const float across = absolute(slope.across), down = absolute(slope.down);
  if (maximum(across, down) < least_step) return -1;
  if (across > down * diagonal) return 2;
  if (down > across * diagonal) return 0;
  return slope.across * slope.down > 0.0f ? 1 : 3;
}
/// A cell's glyph, or the line in its place; `lines` are their glyphs, -1: there is none.
LIFEREEL_ARITHMETIC std::int32_t glyph_or_line(std::int32_t glyph, CellSlope<float> slope,
                                               float least_step, const std::int32_t* lines) {
  if (glyph == 0) return 0;
  const std::int32_t line = line_of_slope(slope, least_step);
  return line >= 0 && lines[line] >= 0 ? lines[line] : glyph;
}

}  // namespace lifereel::arithmetic
