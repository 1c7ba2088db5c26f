// SPDX-License-Identifier: GPL-2.0-or-later
// Cells of pictures of many sizes.
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/glyphs/glyph_tables.h"

using namespace lifereel;

namespace {

struct Expected {
  int width, height, cell_height, columns, rows, left, top;
};

void check_grid(const Expected& expected, int cell) {
  CAPTURE(expected.width);
  CAPTURE(expected.height);
  LookSettings look;
  look.glyph_cell = cell;
  const GlyphGrid grid = glyph_grid(look, expected.width, expected.height);
  CHECK(grid.cell_height == expected.cell_height);
  CHECK(grid.cell_width == expected.cell_height / 2);
  CHECK(grid.columns == expected.columns);
  CHECK(grid.rows == expected.rows);
  CHECK(grid.left == expected.left);
  CHECK(grid.top == expected.top);
}

}  // namespace

TEST_SUITE("sim.glyph_grid") {
  TEST_CASE("cells by the picture's size") {
    const Expected pictures[] = {
        {720, 480, 16, 90, 30, 0, 0},     {720, 576, 16, 90, 36, 0, 0},
        {854, 480, 16, 106, 30, 0, 0},    {1280, 720, 16, 160, 45, 0, 0},
        {1920, 1080, 24, 160, 45, 0, 0},  {1080, 1920, 24, 90, 80, 0, 0},
        {1080, 1080, 24, 90, 45, 0, 0},   {2560, 1440, 32, 160, 45, 0, 0},
        {3840, 2160, 32, 240, 67, 0, 8},  {2160, 3840, 32, 135, 120, 0, 0},
        {7680, 2160, 64, 240, 33, 0, 24}, {7680, 4320, 64, 240, 67, 0, 16},
        {16000, 32, 16, 2000, 2, 0, 0},   {4096, 400, 16, 512, 25, 0, 0},
        {480, 7680, 24, 40, 320, 0, 0},   {320, 16000, 16, 40, 1000, 0, 0},
        {34, 38, 16, 4, 2, 0, 0},         {32, 32, 16, 4, 2, 0, 0},
    };
    for (const Expected& picture : pictures) check_grid(picture, 0);
  }

  TEST_CASE("cells of a given size") {
    check_grid({1920, 1080, 16, 240, 67, 0, 4}, 16);
    check_grid({1920, 1080, 64, 60, 16, 0, 28}, 64);
    check_grid({720, 480, 24, 60, 20, 0, 0}, 24);
    check_grid({58, 94, 64, 1, 1, 12, 12}, 64);
    check_grid({32, 64, 64, 1, 1, 0, 0}, 64);
  }

  TEST_CASE("every grid is within its picture, in its middle, on fours") {
    for (const int cell : {0, 16, 24, 32, 64})
      for (int width = 32; width < 600; width += 14)
        for (int height = 64; height < 600; height += 22) {
          LookSettings look;
          look.glyph_cell = cell;
          const GlyphGrid grid = glyph_grid(look, width, height);
          const int right = width - grid.left - grid.columns * grid.cell_width;
          const int bottom = height - grid.top - grid.rows * grid.cell_height;
          const bool fits = grid.left % 4 == 0 && grid.top % 4 == 0 && grid.columns >= 1 &&
                            grid.rows >= 1 && right >= grid.left && bottom >= grid.top &&
                            right - grid.left < 8 && bottom - grid.top < 8;
          if (fits) continue;
          CAPTURE(cell);
          CAPTURE(width);
          CAPTURE(height);
          CHECK(fits);
        }
  }
}
