// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/libav/libav.h"

#include <stdexcept>

#include "encoders/libav/log_capture.h"

namespace lifereel {

std::string libav_text(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  if (av_strerror(error, text, sizeof text) < 0) return "error " + std::to_string(error);
  return text;
}

void throw_libav_error(int error, const std::string& call) {
  std::string message = call + ": " + libav_text(error);
  if (const LogCapture* log = LogCapture::current()) {
    const std::string said = log->summary();
    if (!said.empty()) message += " (" + said + ")";
  }
  throw std::runtime_error(message);
}

std::string join(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

std::string hex_text(const std::uint8_t* bytes, std::size_t size) {
  std::string text;
  text.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

std::string rational_text(AVRational value) {
  return value.den == 1 ? std::to_string(value.num)
                        : std::to_string(value.num) + "/" + std::to_string(value.den);
}

}  // namespace lifereel
