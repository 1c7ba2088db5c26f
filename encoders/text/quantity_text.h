// SPDX-License-Identifier: GPL-2.0-or-later
// Quantities as errors and options spell them. Internal to encoders/.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>

namespace lifereel {

/// "9800 kb/s".
inline std::string kilobits_text(std::int64_t bits_per_second) {
  return std::to_string(bits_per_second / 1000) + " kb/s";
}

/// "720x480".
inline std::string size_text(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

/// As short as it can be, with a point whatever the program's locale: libav reads no other.
inline std::string number_text(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

}  // namespace lifereel
