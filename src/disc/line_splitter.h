// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes as lines. Private to src/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lifereel {

/// Lines end at line feeds and at carriage returns, by which programs show progress in place.
class LineSplitter {
 public:
  explicit LineSplitter(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

  void add(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) {
      if (byte == '\n' || byte == '\r') {
        finish();
      } else if (line_.size() < longest_line) {
        line_ += static_cast<char>(byte);
      }
    }
  }
  /// Hands over a last line without an end.
  void finish() {
    if (!line_.empty()) take_(line_);
    line_.clear();
  }

 private:
  static constexpr std::size_t longest_line = 4096;  ///< the rest of one that is longer is lost

  std::function<void(std::string_view)> take_;
  std::string line_;
};

}  // namespace lifereel
