// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <string_view>

#include "sim/glyphs/glyph_rows.h"
#include "sim/glyphs/utf8.h"
#include "sim/look.h"

namespace lifereel {
namespace {

constexpr std::size_t fewest_glyphs = 2, most_glyphs = 256;

constexpr std::u32string_view quarters_and_shades = U"▘▝▀▖▌▞▛▗▚▐▜▄▙▟█░▒▓";

/// The letters whose half-width forms are U+FF61 to U+FF9F, in their order.
constexpr std::u32string_view full_width =
    U"。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホ"
    U"マミ"
    U"ムメモヤユヨラリルレロワン゛゜";

std::string names_of_sets() {
  std::string names;
  for (const std::string& name : glyph_set_names()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

std::vector<char32_t> range(char32_t first, char32_t last) {
  std::vector<char32_t> characters;
  for (char32_t character = first; character <= last; ++character) characters.push_back(character);
  return characters;
}

std::vector<char32_t> named_set(std::string_view name) {
  std::vector<char32_t> characters = {U' '};
  const auto add = [&](const auto& more) {
    characters.insert(characters.end(), more.begin(), more.end());
  };
  if (name == "ascii") add(range(0x21, 0x7E));
  if (name == "blocks") add(quarters_and_shades);
  if (name == "braille") add(range(0x2801, 0x28FF));
  if (name == "katakana") {
    add(range(U'0', U'9'));
    add(range(0xFF65, 0xFF9F));  // without punctuation, which is not of this script alone
  }
  return characters;
}

/// Whether the words are the same but for capitals and two letters in one place.
bool looks_like(std::string_view word, std::string_view name) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  const auto from_left = std::mismatch(word.begin(), word.end(), name.begin(), name.end(), same);
  word.remove_prefix(static_cast<std::size_t>(from_left.first - word.begin()));
  name.remove_prefix(static_cast<std::size_t>(from_left.second - name.begin()));
  const auto from_right =
      std::mismatch(word.rbegin(), word.rend(), name.rbegin(), name.rend(), same);
  return word.rend() - from_right.first <= 2 && name.rend() - from_right.second <= 2;
}

[[noreturn]] void refuse_name(const std::string& set, const std::string& instead) {
  throw std::invalid_argument("glyph-set '" + set + "' is not the name of a set; write " + instead +
                              ", or put a blank between the characters if they themselves "
                              "are meant");
}

void refuse_misspelt_name(const std::string& set) {
  constexpr std::size_t shortest = 4;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (set.size() < shortest || !std::all_of(set.begin(), set.end(), is_letter)) return;
  // Other keys take these, which are no characters that anyone would want here.
  std::string in_lower_case = set;
  for (char& c : in_lower_case) c = static_cast<char>(std::tolower(c));
  if (in_lower_case == "none" || in_lower_case == "auto") refuse_name(set, names_of_sets());
  for (const std::string& name : glyph_set_names())
    if (looks_like(set, name)) refuse_name(set, name);
}

std::vector<char32_t> decode(const std::string& set) {
  std::vector<char32_t> characters;
  std::string_view rest = set;
  while (!rest.empty()) {
    const auto character = take_character(rest);
    if (!character)
      throw std::invalid_argument("glyph-set is not UTF-8 from its byte " +
                                  std::to_string(set.size() - rest.size() + 1) +
                                  " on; give characters in UTF-8, or one of " + names_of_sets());
    characters.push_back(*character);
  }
  return characters;
}

std::string code_point(char32_t character) {
  char text[16];
  std::snprintf(text, sizeof text, "U+%04X", static_cast<unsigned>(character));
  return text;
}

void refuse_control_characters(const std::vector<char32_t>& characters) {
  for (const char32_t character : characters)
    if (character < 0x20 || (character >= 0x7F && character <= 0x9F))
      throw std::invalid_argument("glyph-set has a control character, " + code_point(character) +
                                  "; leave it out");
}

/// No-break and full-width blanks and the braille pattern without dots are blanks like any other.
char32_t as_drawn(char32_t character) {
  if (character == 0xA0 || character == 0x3000 || character == 0x2800) return U' ';
  const std::size_t place = full_width.find(character);
  return place == full_width.npos ? character : 0xFF61 + static_cast<char32_t>(place);
}

/// Whether a terminal shows something in the character's place, and nothing else.
bool is_visible(char32_t character) {
  const auto within = [&](char32_t first, char32_t last) {
    return character >= first && character <= last;
  };
  return !within(0x300, 0x36F) && !within(0x2000, 0x200F) && !within(0x2028, 0x202F) &&
         !within(0x205F, 0x206F) && !within(0xE000, 0xF8FF) && !within(0xFE00, 0xFE0F) &&
         character != 0xFEFF && !within(0xFFF0, 0xFFFF) && character < 0xE0000;
}

[[noreturn]] void refuse_missing(const std::vector<char32_t>& missing) {
  constexpr std::size_t most_named = 5;
  std::string sentence = "glyph-set has characters that no font here has: ";
  for (std::size_t i = 0; i < missing.size() && i < most_named; ++i) {
    if (i > 0) sentence += ", ";
    if (is_visible(missing[i])) sentence += to_utf8(missing[i]) + ' ';
    sentence += code_point(missing[i]);
  }
  if (missing.size() > most_named)
    sentence += " and " + std::to_string(missing.size() - most_named) + " more";
  throw std::invalid_argument(sentence +
                              "; there are ASCII, Latin-1, half-width katakana, block elements "
                              "and braille");
}

std::vector<char32_t> own_set(const std::string& set) {
  refuse_misspelt_name(set);
  const std::vector<char32_t> given = decode(set);
  refuse_control_characters(given);
  std::vector<char32_t> characters = {U' '}, missing;
  std::set<char32_t> seen = {U' '};
  for (const char32_t character : given)
    if (seen.insert(as_drawn(character)).second)
      (has_glyph(as_drawn(character)) ? characters : missing).push_back(as_drawn(character));
  if (!missing.empty()) refuse_missing(missing);
  const std::size_t count = characters.size() - 1;
  if (count < fewest_glyphs || count > most_glyphs)
    throw std::invalid_argument("glyph-set has " + std::to_string(count) + " character" +
                                (count == 1 ? "" : "s") + " beside the blank; give " +
                                std::to_string(fewest_glyphs) + " to " +
                                std::to_string(most_glyphs) + ", or one of " + names_of_sets());
  return characters;
}

}  // namespace

const std::vector<std::string>& glyph_set_names() {
  static const std::vector<std::string> names = {"ascii", "blocks", "braille", "katakana"};
  return names;
}

std::vector<char32_t> glyph_characters(const std::string& set) {
  const auto& names = glyph_set_names();
  const bool is_name = std::find(names.begin(), names.end(), set) != names.end();
  return is_name ? named_set(set) : own_set(set);
}

}  // namespace lifereel
