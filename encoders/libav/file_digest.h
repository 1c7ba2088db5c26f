// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>

namespace lifereel {

/// SHA-256 of a file's bytes, in lower-case hexadecimal. Throws std::runtime_error for what is no
/// file, or cannot be read. `ask` is called now and then; what it throws ends that.
std::string file_sha256(const std::string& path, const std::function<void()>& ask = {});

}  // namespace lifereel
