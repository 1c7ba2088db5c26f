// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/text/nearest_word.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace lifereel {
namespace {

/// Edits (insert, delete, replace, swap neighbours) from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = last[j] + (a[i] == b[j] ? 0 : 1);
      row[j + 1] = std::min({replaced, row[j] + 1, last[j + 1] + 1});
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
        row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_word(std::string_view unknown,
                              const std::vector<std::string_view>& words) {
  std::string_view nearest;
  std::size_t distance = 1 + std::max<std::size_t>(unknown.size(), 3) / 3;
  for (const std::string_view word : words) {
    const std::size_t edits = edit_distance(unknown, word);
    if (edits < distance) {
      distance = edits;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace lifereel
