// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/glyphs/braille.h"

namespace lifereel {
namespace {

constexpr char32_t no_dots = 0x2800;

/// Bits of the pattern, by row and column: six dots were there before the two of the last row.
constexpr int dot_bits[4][2] = {{0, 3}, {1, 4}, {2, 5}, {6, 7}};

/// Of about two thirds of the region, and even, so that the dot is in its middle.
int dot_diameter(int region_side) { return region_side * 3 / 8 * 2; }

bool in_dot(int x, int y, int region_side) {
  const int diameter = dot_diameter(region_side);
  const int from_middle_x = 2 * x + 1 - region_side, from_middle_y = 2 * y + 1 - region_side;
  return from_middle_x * from_middle_x + from_middle_y * from_middle_y <= diameter * diameter;
}

}  // namespace

bool is_braille(char32_t character) { return character >= no_dots && character <= no_dots + 255; }

GlyphRows draw_braille(char32_t character, int cell_height) {
  const int side = cell_height / 4;
  GlyphRows rows(static_cast<std::size_t>(cell_height));
  for (int y = 0; y < cell_height; ++y)
    for (int x = 0; x < 2 * side; ++x)
      if ((character - no_dots) >> dot_bits[y / side][x / side] & 1 &&
          in_dot(x % side, y % side, side))
        rows[static_cast<std::size_t>(y)] |= std::uint32_t{1} << x;
  return rows;
}

}  // namespace lifereel
