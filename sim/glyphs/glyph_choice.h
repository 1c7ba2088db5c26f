// SPDX-License-Identifier: GPL-2.0-or-later
// What the glyphs of cells are chosen by, as every engine takes it.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/glyphs/glyph_tables.h"
#include "sim/look.h"

namespace lifereel {

/// Plain, for whoever chooses.
struct GlyphChoice {
  const float* coverage;  ///< [glyph][glyph_regions]
  const float* squares;   ///< [glyph]
  std::int32_t glyphs;
  std::int32_t lines[4];  ///< as GlyphTables::lines
  float floor;            ///< of brightness, 0 to 1
  /// The least step of brightness that is drawn as a line; more than most_brightness: none is.
  float least_step;
};

/// Of every glyph's regions the coverage, and the sum of their squares.
struct GlyphCoverage {
  std::vector<float> coverage, squares;
};
GlyphCoverage make_glyph_coverage(const GlyphTables& tables);

/// The arrays must outlive it.
GlyphChoice make_glyph_choice(const LookSettings& look, const GlyphTables& tables,
                              const float* coverage, const float* squares);

}  // namespace lifereel
