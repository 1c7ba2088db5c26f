// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace lifereel {

/// SHA-256 of a file's bytes, in lower-case hexadecimal. Throws std::runtime_error for what is no
/// file, or cannot be read.
std::string file_sha256(const std::string& path);

}  // namespace lifereel
