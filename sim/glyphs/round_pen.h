// SPDX-License-Identifier: GPL-2.0-or-later
// Glyphs made larger.
#pragma once

#include "sim/glyphs/glyph_rows.h"

namespace lifereel {

/// The strokes of a glyph of 8x16 pixels, whose lines are a pixel wide, drawn with a round pen of
/// that width. Lines stay even where they cross and lean, which they do not when pixels are
/// enlarged (Scale2x).
GlyphRows redraw(const GlyphRows& small, int cell_height);

}  // namespace lifereel
