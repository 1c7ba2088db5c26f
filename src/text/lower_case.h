// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <string>
#include <string_view>

namespace lifereel {

/// A to Z alone, whatever the program's locale.
inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace lifereel
