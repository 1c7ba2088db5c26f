// SPDX-License-Identifier: GPL-2.0-or-later
// Is a text JSON (RFC 8259)? For tests of what writes it.
#pragma once

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstdint>
#include <string_view>

namespace lifereel::test {

class JsonCheck {
 public:
  explicit JsonCheck(std::string_view text) : rest_(text) {}
  /// One value and nothing behind it.
  bool passes() {
    const bool good = value();
    blanks();
    return good && rest_.empty();
  }

 private:
  void blanks() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_[0]) != rest_.npos)
      rest_.remove_prefix(1);
  }
  bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  bool value() {
    blanks();
    if (take("{"))
      return items("}", [this] { return string() && (blanks(), take(":")) && value(); });
    if (take("[")) return items("]", [this] { return value(); });
    if (rest_.starts_with('"')) return string();
    return take("true") || take("false") || take("null") || number();
  }
  template <class Item>
  bool items(std::string_view end, const Item& item) {
    blanks();
    if (take(end)) return true;
    do {
      blanks();
      if (!item()) return false;
      blanks();
    } while (take(","));
    return take(end);
  }
  bool string() {
    if (!take("\"")) return false;
    for (;;) {
      if (rest_.empty() || static_cast<unsigned char>(rest_[0]) < 0x20) return false;
      if (take("\"")) return true;
      if (take("\\")) {
        if (take("u")) {
          for (int i = 0; i < 4; ++i)
            if (rest_.empty() || !std::isxdigit(static_cast<unsigned char>(rest_[0])))
              return false;
            else
              rest_.remove_prefix(1);
          continue;
        }
        if (rest_.empty() || std::string_view("\"\\/bfnrt").find(rest_[0]) == rest_.npos)
          return false;
      }
      if (!character()) return false;
    }
  }
  /// One, in UTF-8 (RFC 3629).
  bool character() {
    if (rest_.empty()) return false;
    const int ones = std::countl_one(static_cast<unsigned char>(rest_[0]));
    if (ones == 1 || ones > 4) return false;
    std::uint32_t code = static_cast<unsigned char>(rest_[0]) & (0x7fu >> ones);
    rest_.remove_prefix(1);
    for (int i = 1; i < ones; ++i) {
      if (rest_.empty() || (static_cast<unsigned char>(rest_[0]) & 0xc0) != 0x80) return false;
      code = code << 6 | (static_cast<unsigned char>(rest_[0]) & 0x3f);
      rest_.remove_prefix(1);
    }
    static constexpr std::uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    return code >= lowest[ones] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  }
  bool digits() {
    const auto count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count > 0;
  }
  bool number() {
    take("-");
    if (!take("0") && !digits()) return false;
    if (take(".") && !digits()) return false;
    if (!take("e") && !take("E")) return true;
    if (!take("+")) take("-");
    return digits();
  }

  std::string_view rest_;
};

inline bool is_json(std::string_view text) { return JsonCheck(text).passes(); }

}  // namespace lifereel::test
