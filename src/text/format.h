// SPDX-License-Identifier: GPL-2.0-or-later
// printf's formats as strings, for tables and reports. Internal to src/.
#pragma once

#include <cstdarg>
#include <cstdio>
#include <string>

namespace lifereel {

/// One line, at most 511 characters.
[[gnu::format(printf, 1, 2)]] inline std::string format(const char* pattern, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

}  // namespace lifereel
