// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/text/setting_text.h"

namespace lifereel {

/// JSON under construction: nested objects and lists, indented.
class Json {
 public:
  /// A name is nullptr at the outside and within a list.
  void open(const char* name) { begin(name, "{"); }
  void close() { end('}'); }
  void open_list(const char* name) { begin(name, "["); }
  void close_list() { end(']'); }
  void add(const char* name, const std::string& value) { line(name, string(value)); }
  void add(const char* name, std::int64_t value) { line(name, print_integer(value)); }
  void add(const char* name, int value) { line(name, print_integer(value)); }
  void add(const char* name, std::uint64_t value) { line(name, std::to_string(value)); }
  /// JSON has no infinity: what is none (PSNR of equal pictures) is null.
  void add(const char* name, double value) {
    line(name, std::isfinite(value) ? print_double(value) : "null");
  }
  void add(const char* name, const std::optional<double>& value) {
    if (value) {
      add(name, *value);
    } else {
      line(name, "null");
    }
  }
  const std::string& text() const { return text_; }

  /// In quotes, with U+FFFD in place of what is not UTF-8.
  static std::string string(std::string_view value);

 private:
  void begin(const char* name, const char* bracket) {
    line(name, bracket);
    ++depth_;
    first_ = true;
  }
  void end(char bracket) {
    --depth_;
    text_ += '\n' + indent() + bracket;
    first_ = false;
  }

  std::string indent() const { return std::string(static_cast<std::size_t>(2 * depth_), ' '); }

  void line(const char* name, const std::string& value) {
    if (depth_ > 0) text_ += (first_ ? "\n" : ",\n") + indent();
    if (name) text_ += string(name) + ": ";
    text_ += value;
    first_ = false;
  }

  std::string text_;
  int depth_ = 0;
  bool first_ = true;
};

}  // namespace lifereel
