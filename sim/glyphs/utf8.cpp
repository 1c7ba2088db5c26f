// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/glyphs/utf8.h"

namespace lifereel {
namespace {

/// Bytes of a character; 0: no character has such a number, or such a first byte.
std::size_t bytes_of(char32_t character) {
  if (character < 0x80) return 1;
  if (character < 0x800) return 2;
  if (character >= 0xD800 && character <= 0xDFFF) return 0;
  if (character < 0x10000) return 3;
  return character <= 0x10FFFF ? 4 : 0;
}

std::size_t bytes_behind(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC0) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF8 ? 4 : 0;
}

constexpr unsigned first_byte_marks[] = {0, 0, 0xC0, 0xE0, 0xF0};

}  // namespace

std::optional<char32_t> take_character(std::string_view& text) {
  if (text.empty()) return {};
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const std::size_t bytes = bytes_behind(byte(0));
  if (bytes == 0 || text.size() < bytes) return {};
  char32_t character = byte(0) & (bytes == 1 ? 0x7Fu : 0xFFu >> (bytes + 1));
  for (std::size_t at = 1; at < bytes; ++at) {
    if ((byte(at) & 0xC0u) != 0x80) return {};
    character = character << 6 | (byte(at) & 0x3Fu);
  }
  if (bytes_of(character) != bytes) return {};
  text.remove_prefix(bytes);
  return character;
}

std::string to_utf8(char32_t character) {
  const std::size_t bytes = bytes_of(character);
  std::string text(bytes, '\0');
  for (std::size_t at = bytes; at-- > 0; character >>= 6)
    text[at] = static_cast<char>(at == 0 ? first_byte_marks[bytes] | character
                                         : 0x80u | (character & 0x3Fu));
  return text;
}

}  // namespace lifereel
