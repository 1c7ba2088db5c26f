// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/glyphs/glyph_choice.h"

#include <algorithm>

#include "sim/arithmetic/glyphs.h"

namespace lifereel {

static_assert(arithmetic::cell_regions == glyph_regions);

GlyphCoverage make_glyph_coverage(const GlyphTables& tables) {
  GlyphCoverage made;
  for (int glyph = 0; glyph < tables.glyphs; ++glyph) {
    float squares = 0;
    for (int region = 0; region < glyph_regions; ++region) {
      made.coverage.push_back(
          tables.shapes[static_cast<std::size_t>(glyph * glyph_regions + region)]);
      squares += made.coverage.back() * made.coverage.back();
    }
    made.squares.push_back(squares);
  }
  return made;
}

GlyphChoice make_glyph_choice(const LookSettings& look, const GlyphTables& tables,
                              const float* coverage, const float* squares) {
  GlyphChoice choice{};
  choice.coverage = coverage;
  choice.squares = squares;
  choice.glyphs = tables.glyphs;
  std::copy(tables.lines.begin(), tables.lines.end(), choice.lines);
  choice.floor = look.glyph_floor;
  choice.least_step = look.glyph_edges > 0 ? (1.0f - look.glyph_edges) * arithmetic::most_brightness
                                           : 2 * arithmetic::most_brightness;
  return choice;
}

}  // namespace lifereel
