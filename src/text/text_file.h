// SPDX-License-Identifier: GPL-2.0-or-later
// Files of text. Private to src/.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace lifereel {

/// A whole file, up to 16 MiB. Throws std::invalid_argument naming the path and the system's
/// reason.
std::string read_text_file(const std::string& path);

/// What becomes of lines longer than 1 MiB: they are refused, or `take` gets their beginning.
enum class LongLines { refused, cut };

/// Calls `take` with every line of a file of any length, without its end. False when the last line
/// has none. Throws as read_text_file(), and for lines that are too long.
bool read_text_lines(const std::string& path, const std::function<void(std::string_view)>& take,
                     LongLines long_lines = LongLines::refused);

/// The first line of `text`, without its end; `text` is what comes behind.
std::string_view take_line(std::string_view& text);

}  // namespace lifereel
