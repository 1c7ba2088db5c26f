// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/glyphs/round_pen.h"

namespace lifereel {
namespace {

/// In quarters of a pixel, which all pixels' middles are whole numbers of.
struct Point {
  int x, y;
};

bool is_lit(const GlyphRows& rows, int x, int y) {
  return x >= 0 && y >= 0 && x < 8 && y < 16 && (rows[static_cast<std::size_t>(y)] >> x & 1) != 0;
}

/// Whether a point, seen from the stroke's beginning, is as near as `reach` to it.
bool near_stroke(Point point, Point stroke, int reach) {
  const int along = point.x * stroke.x + point.y * stroke.y;
  const int length = stroke.x * stroke.x + stroke.y * stroke.y;
  if (along <= 0) return point.x * point.x + point.y * point.y <= reach;
  if (along >= length) {
    const Point rest = {point.x - stroke.x, point.y - stroke.y};
    return rest.x * rest.x + rest.y * rest.y <= reach;
  }
  const int across = point.x * stroke.y - point.y * stroke.x;
  return across * across <= reach * length;
}

/// Where strokes lead from a lit pixel: on to lit ones right and below, and over a corner where no
/// lit pixel goes round it.
std::vector<Point> strokes_from(const GlyphRows& small, int x, int y) {
  const bool right = is_lit(small, x + 1, y), left = is_lit(small, x - 1, y);
  const bool below = is_lit(small, x, y + 1);
  std::vector<Point> strokes = {{0, 0}};
  if (right) strokes.push_back({1, 0});
  if (below) strokes.push_back({0, 1});
  if (!right && !below && is_lit(small, x + 1, y + 1)) strokes.push_back({1, 1});
  if (!left && !below && is_lit(small, x - 1, y + 1)) strokes.push_back({-1, 1});
  return strokes;
}

void draw_stroke(GlyphRows& rows, Point from, Point stroke, int reach) {
  const int cell_height = static_cast<int>(rows.size());
  for (int y = 0; y < cell_height; ++y)
    for (int x = 0; x < cell_height / 2; ++x)
      if (near_stroke({4 * x + 2 - from.x, 4 * y + 2 - from.y}, stroke, reach))
        rows[static_cast<std::size_t>(y)] |= std::uint32_t{1} << x;
}

}  // namespace

GlyphRows redraw(const GlyphRows& small, int cell_height) {
  const int half = cell_height / 8;  // of a small pixel's side, and of the pen's width
  GlyphRows rows(static_cast<std::size_t>(cell_height));
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 8; ++x) {
      if (!is_lit(small, x, y)) continue;
      const Point from = {(2 * x + 1) * half, (2 * y + 1) * half};
      for (const Point stroke : strokes_from(small, x, y))
        draw_stroke(rows, from, {2 * half * stroke.x, 2 * half * stroke.y}, half * half);
    }
  return rows;
}

}  // namespace lifereel
