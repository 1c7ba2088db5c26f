// SPDX-License-Identifier: GPL-2.0-or-later
// A glyph set at the size of a picture's cells: what is drawn, and what it is chosen by.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/look.h"

namespace lifereel {

/// A cell is cut into 2 columns and 4 rows of regions; they are counted row by row.
inline constexpr int glyph_region_columns = 2, glyph_region_rows = 4;
inline constexpr int glyph_regions = glyph_region_columns * glyph_region_rows;

struct GlyphTables {
  int cell_width = 0, cell_height = 0;  ///< pixels
  int glyphs = 0;                       ///< the first of them blank
  /// [glyph][row of pixels]: bit c says whether the pixel in column c, from the left, is lit.
  std::vector<std::uint32_t> rows;
  /// [glyph][region]: lit pixels of the region, scaled so that the fullest region of the set is
  /// 255, and rounded.
  std::vector<std::uint8_t> shapes;
  /// The glyphs of '-', '/', '|' and '\\'; -1 where the set lacks it.
  std::array<int, 4> lines{-1, -1, -1, -1};
};

/// The cells of a picture: whole ones, in its middle. What is left at its edges stays dark.
struct GlyphGrid {
  int cell_width, cell_height;  ///< pixels
  int columns, rows;            ///< of cells
  int left, top;                ///< the first cell's place in pixels, multiples of 4
};

/// Look and size must be valid (validate()).
GlyphGrid glyph_grid(const LookSettings& look, int width, int height) noexcept;
GlyphTables make_glyph_tables(const LookSettings& look, int cell_height);

}  // namespace lifereel
