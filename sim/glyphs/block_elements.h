// SPDX-License-Identifier: GPL-2.0-or-later
// Block elements, U+2580 to U+259F: halves, eighths, quarters and shades of a cell.
#pragma once

#include "sim/glyphs/glyph_rows.h"

namespace lifereel {

bool is_block_element(char32_t character);
GlyphRows draw_block_element(char32_t character, int cell_height);

}  // namespace lifereel
