// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/text/json.h"

#include <cstddef>

namespace lifereel {
namespace {

/// Bytes of the character that `text`, which is not empty, begins with; 0 where that is not UTF-8.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 0 || first > 0xf4 || text.size() < length) return 0;
  // These begin characters that have a shorter form, halves of pairs, and what Unicode has not.
  const unsigned lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < lowest || byte(1) > highest) return 0;
  for (std::size_t at = 2; at < length; ++at)
    if (byte(at) < 0x80 || byte(at) > 0xbf) return 0;
  return length;
}

}  // namespace

// File names and settings may hold any byte; JSON is UTF-8.
std::string Json::string(std::string_view value) {
  std::string result = "\"";
  while (!value.empty()) {
    const std::size_t bytes = character_bytes(value);
    const char c = value[0];
    const auto byte = static_cast<unsigned char>(c);
    if (bytes == 0) {
      result += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      constexpr char digits[] = "0123456789abcdef";
      result += "\\u00";
      result += digits[byte >> 4];
      result += digits[byte & 15];
    } else {
      result += value.substr(0, bytes);
    }
    value.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return result + '"';
}

}  // namespace lifereel
