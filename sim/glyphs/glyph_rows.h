// SPDX-License-Identifier: GPL-2.0-or-later
// One character at one size.
#pragma once

#include <cstdint>
#include <vector>

namespace lifereel {

/// Rows of pixels from the top: bit c is the pixel in column c, from the left. As many rows as the
/// cell has, which is half as wide.
using GlyphRows = std::vector<std::uint32_t>;

/// Whether draw_glyph() knows the character: a blank, ASCII, Latin-1, half-width katakana, a block
/// element or a braille pattern.
bool has_glyph(char32_t character);

/// cell_height: one of glyph_cells.
GlyphRows draw_glyph(char32_t character, int cell_height);

}  // namespace lifereel
