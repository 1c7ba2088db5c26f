// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8 (RFC 3629), strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lifereel {

/// The first character of `text`, which begins behind it afterwards; none, and `text` as it was,
/// unless it begins with one.
std::optional<char32_t> take_character(std::string_view& text);

std::string to_utf8(char32_t character);

}  // namespace lifereel
