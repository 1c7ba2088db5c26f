// SPDX-License-Identifier: GPL-2.0-or-later
// Time and size as people read them. Private to src/.
#pragma once

#include <cstdint>
#include <string>

namespace lifereel {

/// "4.2 s", "35 s", "4:20 min", "1:05 h".
std::string duration_text(double seconds);

/// "1 byte", "12 kB", "3.2 MB", "313 MB", "1.23 GB".
std::string size_text(std::uint64_t bytes);

}  // namespace lifereel
