// SPDX-License-Identifier: GPL-2.0-or-later
// Letters and signs: Spleen's at every size, Unifont's katakana enlarged.
#pragma once

#include "sim/glyphs/glyph_rows.h"

namespace lifereel {

/// U+0021 to U+007E, U+00A1 to U+00FF, U+FF61 to U+FF9F.
bool fonts_have(char32_t character);
GlyphRows font_glyph(char32_t character, int cell_height);

}  // namespace lifereel
