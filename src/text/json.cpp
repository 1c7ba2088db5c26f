// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/text/json.h"

#include <cstddef>

#include "src/text/utf8.h"

namespace lifereel {
// File names and settings may hold any byte; JSON is UTF-8.
std::string Json::string(std::string_view value) {
  std::string result = "\"";
  while (!value.empty()) {
    const std::size_t bytes = utf8_character_bytes(value);
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
