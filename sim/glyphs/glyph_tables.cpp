// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/glyphs/glyph_tables.h"

#include <algorithm>

#include "sim/glyphs/glyph_rows.h"

namespace lifereel {
namespace {

/// Lit pixels of each region, row by row.
std::array<int, glyph_regions> region_sums(const GlyphRows& rows) {
  const int height = static_cast<int>(rows.size()), side = height / glyph_region_rows;
  std::array<int, glyph_regions> sums{};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < glyph_region_columns * side; ++x)
      sums[static_cast<std::size_t>(y / side * glyph_region_columns + x / side)] +=
          static_cast<int>(rows[static_cast<std::size_t>(y)] >> x & 1);
  return sums;
}

int place_of(const std::vector<char32_t>& characters, char32_t wanted) {
  const auto found = std::find(characters.begin(), characters.end(), wanted);
  return found == characters.end() ? -1 : static_cast<int>(found - characters.begin());
}

}  // namespace

GlyphTables make_glyph_tables(const LookSettings& look, int cell_height) {
  const std::vector<char32_t> characters = glyph_characters(look.glyph_set);
  GlyphTables tables;
  tables.cell_width = cell_height / 2;
  tables.cell_height = cell_height;
  tables.glyphs = static_cast<int>(characters.size());
  std::vector<int> sums;
  for (const char32_t character : characters) {
    const GlyphRows rows = draw_glyph(character, cell_height);
    tables.rows.insert(tables.rows.end(), rows.begin(), rows.end());
    const auto glyph_sums = region_sums(rows);
    sums.insert(sums.end(), glyph_sums.begin(), glyph_sums.end());
  }
  const int fullest = *std::max_element(sums.begin(), sums.end());
  for (const int sum : sums)
    tables.shapes.push_back(static_cast<std::uint8_t>((2 * 255 * sum + fullest) / (2 * fullest)));
  constexpr char32_t lines[] = {U'-', U'/', U'|', U'\\'};
  std::transform(std::begin(lines), std::end(lines), tables.lines.begin(),
                 [&](char32_t line) { return place_of(characters, line); });
  return tables;
}

}  // namespace lifereel
