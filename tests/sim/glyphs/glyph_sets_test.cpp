// SPDX-License-Identifier: GPL-2.0-or-later
// What a glyph set is made of, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/glyphs/glyph_rows.h"
#include "sim/look.h"

using namespace lifereel;

namespace {

using Characters = std::vector<char32_t>;

std::string refusal(const std::string& set) {
  try {
    glyph_characters(set);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "taken";
}

/// In UTF-8; the characters are below U+10000.
std::string characters_from(char32_t first, int count) {
  std::string text;
  for (char32_t c = first; c < first + static_cast<char32_t>(count); ++c) {
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      text += static_cast<char>(0xC0 | c >> 6);
      text += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      text += static_cast<char>(0xE0 | c >> 12);
      text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      text += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return text;
}

constexpr const char* names =
    "; there are ASCII, Latin-1, half-width katakana, block elements and "
    "braille";

}  // namespace

TEST_SUITE("sim.glyph_sets") {
  TEST_CASE("named sets: a blank first, each character once, and all of them drawn") {
    CHECK(glyph_set_names() == std::vector<std::string>{"ascii", "blocks", "braille", "katakana"});
    const std::size_t sizes[] = {95, 19, 256, 70};
    for (std::size_t i = 0; i < 4; ++i) {
      CAPTURE(glyph_set_names()[i]);
      Characters characters = glyph_characters(glyph_set_names()[i]);
      CHECK(characters.size() == sizes[i]);
      CHECK(characters.front() == U' ');
      CHECK(std::all_of(characters.begin(), characters.end(), has_glyph));
      std::sort(characters.begin(), characters.end());
      CHECK(std::adjacent_find(characters.begin(), characters.end()) == characters.end());
    }
    const Characters katakana = glyph_characters("katakana");
    CHECK(katakana[1] == U'0');
    CHECK(katakana.back() == U'ﾟ');
    CHECK(std::find(katakana.begin(), katakana.end(), U'｡') == katakana.end());
  }

  TEST_CASE("characters: in the order given, each once, the blank always first") {
    CHECK(glyph_characters("ba") == Characters{U' ', U'b', U'a'});
    CHECK(glyph_characters("a ba  b") == Characters{U' ', U'a', U'b'});
    CHECK(glyph_characters("é█⣿ｱ÷") == Characters{U' ', U'é', U'█', U'⣿', U'ｱ', U'÷'});
    CHECK(glyph_characters(" .:-=+*#%@").size() == 10);
    CHECK(glyph_characters("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▐▔▕").size() == 19);
    CHECK(glyph_characters("ACGT").size() == 5);
    // 256 beside the blank are the most.
    CHECK(glyph_characters("a" + characters_from(0x2801, 255)).size() == 257);
  }

  TEST_CASE("blanks of other kinds are the blank, full-width letters the half-width ones") {
    CHECK(glyph_characters("a\u00A0\u3000\u2800b") == Characters{U' ', U'a', U'b'});
    CHECK(glyph_characters("アｱヲンー。゜") ==
          Characters{U' ', U'ｱ', U'ｦ', U'ﾝ', U'ｰ', U'｡', U'ﾟ'});
  }

  TEST_CASE("what is not UTF-8 is refused with its place") {
    const std::string what =
        " on; give characters in UTF-8, or one of ascii, blocks, braille, "
        "katakana";
    const auto refused_at = [&](int byte) {
      return "glyph-set is not UTF-8 from its byte " + std::to_string(byte) + what;
    };
    CHECK(refusal("ab\xFF") == refused_at(3));
    CHECK(refusal("\x80") == refused_at(1));
    CHECK(refusal("\xC3") == refused_at(1));               // cut off
    CHECK(refusal("aé\xE2\x96") == refused_at(4));         // likewise
    CHECK(refusal("a\xC3(") == refused_at(2));             // no second byte
    CHECK(refusal("a\xC1\xA1") == refused_at(2));          // overlong
    CHECK(refusal("a\xE0\x81\xA1") == refused_at(2));      // likewise
    CHECK(refusal("a\xF0\x80\x81\xA1") == refused_at(2));  // likewise
    CHECK(refusal("a\xED\xA0\x80") == refused_at(2));      // a surrogate
    CHECK(refusal("a\xF4\x90\x80\x80") == refused_at(2));  // above U+10FFFF
    CHECK(refusal("a\xF8\x88\x80\x80\x80") == refused_at(2));
  }

  TEST_CASE("control characters are refused") {
    CHECK(refusal("ab\tc") == "glyph-set has a control character, U+0009; leave it out");
    CHECK(refusal("ab\x7F") == "glyph-set has a control character, U+007F; leave it out");
    CHECK(refusal("ab\u0085") == "glyph-set has a control character, U+0085; leave it out");
    CHECK(refusal(std::string("a\0b", 3)) ==
          "glyph-set has a control character, U+0000; leave it out");
  }

  TEST_CASE("characters without a glyph are named, five at most") {
    const std::string what = "glyph-set has characters that no font here has: ";
    CHECK(refusal("漢a漢b") == what + "漢 U+6F22" + names);
    CHECK(refusal("ガ🔥") == what + "ガ U+30AC, 🔥 U+1F525" + names);
    CHECK(refusal("αβγδεζη") ==
          what + "α U+03B1, β U+03B2, γ U+03B3, δ U+03B4, ε U+03B5 and 2 more" + names);
    // What would change the sentence's own look is only numbered.
    CHECK(refusal("\uFEFF\u202E\u0301ab") == what + "U+FEFF, U+202E, U+0301" + names);
  }

  TEST_CASE("too few or too many are refused") {
    const std::string what =
        " beside the blank; give 2 to 256, or one of ascii, blocks, braille, "
        "katakana";
    CHECK(refusal("") == "glyph-set has 0 characters" + what);
    CHECK(refusal("   ") == "glyph-set has 0 characters" + what);
    CHECK(refusal("xxx") == "glyph-set has 1 character" + what);
    CHECK(refusal(characters_from(0x21, 2) + characters_from(0x2801, 255)) ==
          "glyph-set has 257 characters" + what);
  }

  TEST_CASE("a name misspelt is not taken for its letters") {
    const auto hint = [](const std::string& set, const std::string& name) {
      return "glyph-set '" + set + "' is not the name of a set; write " + name +
             ", or put a blank between the characters if they themselves are meant";
    };
    CHECK(refusal("Ascii") == hint("Ascii", "ascii"));
    CHECK(refusal("asci") == hint("asci", "ascii"));
    CHECK(refusal("acsii") == hint("acsii", "ascii"));
    CHECK(refusal("block") == hint("block", "blocks"));
    CHECK(refusal("BLOCKS") == hint("BLOCKS", "blocks"));
    CHECK(refusal("brail") == hint("brail", "braille"));
    CHECK(refusal("katakna") == hint("katakna", "katakana"));
    for (const char* word : {"none", "auto", "None"})
      CHECK(refusal(word) == hint(word, "ascii, blocks, braille, katakana"));
    CHECK(refusal("n one") == "taken");
    CHECK(refusal("note") == "taken");
    CHECK(refusal("brai l") == "taken");
    CHECK(refusal("asc") == "taken");
    CHECK(refusal("ascii0") == "taken");
    CHECK(refusal("MWNQ") == "taken");
  }
}
