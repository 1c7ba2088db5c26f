// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/glyphs/fonts.h"

#include <bit>

#include "sim/glyphs/round_pen.h"

namespace lifereel {
namespace {

#include "sim/glyphs/spleen.inc"
#include "sim/glyphs/unifont_katakana.inc"

bool is_ascii(char32_t character) { return character >= 0x21 && character <= 0x7E; }
bool is_latin_1(char32_t character) { return character >= 0xA1 && character <= 0xFF; }
bool is_half_width(char32_t character) { return character >= 0xFF61 && character <= 0xFF9F; }

const std::uint64_t* spleen(int cell_height) {
  switch (cell_height) {
    case 16:
      return spleen_8x16;
    case 24:
      return spleen_12x24;
    case 32:
      return spleen_16x32;
    default:
      return spleen_32x64;
  }
}

/// As make_fonts.py wrote it.
GlyphRows unpack(const std::uint64_t* word, char32_t place, int cell_height) {
  for (; place > 0; --place) word += 1 + std::popcount(*word);
  const std::uint64_t changes = *word++;
  GlyphRows rows;
  std::uint32_t row = 0;
  for (int y = 0; y < cell_height; ++y) {
    if (changes >> y & 1) row = static_cast<std::uint32_t>(*word++);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

bool fonts_have(char32_t character) {
  return is_ascii(character) || is_latin_1(character) || is_half_width(character);
}

GlyphRows font_glyph(char32_t character, int cell_height) {
  if (is_half_width(character)) {
    const GlyphRows small = unpack(unifont_8x16, character - 0xFF61, 16);
    return cell_height == 16 ? small : redraw(small, cell_height);
  }
  const char32_t place = is_ascii(character) ? character - 0x21 : character - 0xA1 + 94;
  return unpack(spleen(cell_height), place, cell_height);
}

}  // namespace lifereel
