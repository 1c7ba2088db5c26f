// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/glyphs/block_elements.h"

namespace lifereel {
namespace {

constexpr char32_t first_block = 0x2580, last_block = 0x259F;

/// Of U+2596 to U+259F; bits: upper left, upper right, lower left, lower right.
constexpr int quarters[10] = {4, 8, 1, 13, 9, 7, 11, 2, 6, 14};

struct Pixel {
  int x, y;
};

/// Eighths of a side, rounded to whole pixels.
int eighths(int count, int side) { return (count * side + 4) / 8; }

/// Every fourth pixel, every second one, or all but every fourth, in patterns that go on from cell
/// to cell and give each region as much as any other; pixels are as coarse as the cell is large.
bool in_shade(Pixel at, int shade, int cell_height) {
  const int grain = cell_height / 16;
  const int x = at.x / grain % 2, y = at.y / grain % 2;
  if (shade == 1) return x == 0 && y == 0;
  if (shade == 2) return x == y;
  return x == 0 || y == 0;
}

bool in_block(Pixel at, int block, int cell_height) {
  const int width = cell_height / 2;
  const auto lower = [&](int count) { return at.y >= cell_height - eighths(count, cell_height); };
  const auto left = [&](int count) { return at.x < eighths(count, width); };
  if (block == 0x00) return !lower(4);
  if (block <= 0x08) return lower(block);
  if (block <= 0x0F) return left(0x10 - block);
  if (block == 0x10) return !left(4);
  if (block <= 0x13) return in_shade(at, block - 0x10, cell_height);
  if (block == 0x14) return !lower(7);
  if (block == 0x15) return !left(7);
  const int quarter = (lower(4) ? 2 : 0) + (left(4) ? 0 : 1);
  return (quarters[block - 0x16] >> quarter & 1) != 0;
}

}  // namespace

bool is_block_element(char32_t character) {
  return character >= first_block && character <= last_block;
}

GlyphRows draw_block_element(char32_t character, int cell_height) {
  GlyphRows rows(static_cast<std::size_t>(cell_height));
  for (int y = 0; y < cell_height; ++y)
    for (int x = 0; x < cell_height / 2; ++x)
      if (in_block({x, y}, static_cast<int>(character - first_block), cell_height))
        rows[static_cast<std::size_t>(y)] |= std::uint32_t{1} << x;
  return rows;
}

}  // namespace lifereel
