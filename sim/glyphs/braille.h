// SPDX-License-Identifier: GPL-2.0-or-later
// Braille patterns, U+2800 to U+28FF: a dot in the middle of each of a cell's regions.
#pragma once

#include "sim/glyphs/glyph_rows.h"

namespace lifereel {

bool is_braille(char32_t character);
GlyphRows draw_braille(char32_t character, int cell_height);

}  // namespace lifereel
