// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdint>

#include "sim/glyphs/glyph_tables.h"

namespace lifereel {
namespace {

/// A picture of fewer cells shows little; where there are smaller ones, they are taken.
constexpr int fewest_columns = 40, fewest_rows = 20;

/// 16 for DVDs and 720p, 24 for 1080p, 32 for 1440p and 4K, 64 for 8K: letters stay readable on
/// the screens that such pictures are for.
int cell_of_size(int width, int height) {
  constexpr std::int64_t most_pixels[] = {1'100'000, 3'000'000, 12'000'000};
  std::size_t choice = 0;
  while (choice < std::size(most_pixels) && std::int64_t{width} * height > most_pixels[choice])
    ++choice;
  while (choice > 0 && (width / (glyph_cells[choice] / 2) < fewest_columns ||
                        height / glyph_cells[choice] < fewest_rows))
    --choice;
  return glyph_cells[choice];
}

/// Half of what is left over, in whole fours.
int margin(int side, int cells, int cell_side) { return (side - cells * cell_side) / 2 / 4 * 4; }

}  // namespace

GlyphGrid glyph_grid(const LookSettings& look, int width, int height) noexcept {
  GlyphGrid grid{};
  grid.cell_height = look.glyph_cell > 0 ? look.glyph_cell : cell_of_size(width, height);
  grid.cell_width = grid.cell_height / 2;
  grid.columns = width / grid.cell_width;
  grid.rows = height / grid.cell_height;
  grid.left = margin(width, grid.columns, grid.cell_width);
  grid.top = margin(height, grid.rows, grid.cell_height);
  return grid;
}

}  // namespace lifereel
