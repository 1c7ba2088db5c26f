// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace lifereel {

/// The system's reason why a call failed, "No space left on device".
inline std::string errno_text(int error = errno) { return std::generic_category().message(error); }

}  // namespace lifereel
