// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <cstddef>
#include <string_view>

namespace lifereel {

/// Bytes of the character that `text`, which is not empty, begins with; 0 where that is not UTF-8.
std::size_t utf8_character_bytes(std::string_view text);

}  // namespace lifereel
