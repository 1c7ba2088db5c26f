// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/glyphs/glyph_rows.h"

#include "sim/glyphs/block_elements.h"
#include "sim/glyphs/braille.h"
#include "sim/glyphs/fonts.h"

namespace lifereel {

bool has_glyph(char32_t character) {
  return character == U' ' || is_block_element(character) || is_braille(character) ||
         fonts_have(character);
}

GlyphRows draw_glyph(char32_t character, int cell_height) {
  if (is_block_element(character)) return draw_block_element(character, cell_height);
  if (is_braille(character)) return draw_braille(character, cell_height);
  if (fonts_have(character)) return font_glyph(character, cell_height);
  return GlyphRows(static_cast<std::size_t>(cell_height));
}

}  // namespace lifereel
