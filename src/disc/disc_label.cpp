// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/disc_label.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <stdexcept>

namespace lifereel {
namespace {

constexpr std::size_t longest_label = 32;

bool fits_label(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

std::string similar_label(const std::string& label) {
  std::string similar;
  for (const char c : label) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (static_cast<unsigned char>(c) < 0x80) similar += fits_label(upper) ? upper : '_';
  }
  return similar.substr(0, longest_label);
}

}  // namespace

void check_disc_label(const std::string& label) {
  if (label.empty()) throw std::invalid_argument("the label is empty; a disc needs a name");
  const bool fits = std::all_of(label.begin(), label.end(), fits_label);
  if (fits && label.size() <= longest_label) return;
  std::string sentence = "the label '" + label + "' ";
  if (!fits)
    sentence += "has other characters than A-Z, 0-9 and _, which a disc's name is made of";
  else
    sentence += "has " + std::to_string(label.size()) + " characters, and a disc's name at most 32";
  if (const std::string similar = similar_label(label); !similar.empty())
    sentence += "; set label = " + similar;
  throw std::invalid_argument(sentence);
}

}  // namespace lifereel
