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

/// Calls `take` with every line of a file of any length, without its end. False when the last line
/// has none. Throws as read_text_file(), and for a line longer than 1 MiB.
bool read_text_lines(const std::string& path, const std::function<void(std::string_view)>& take);

}  // namespace lifereel
