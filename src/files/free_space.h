// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <optional>
#include <string>

namespace lifereel {

/// Bytes that may be written in a folder; nothing where its file system does not say.
std::optional<double> free_space(const std::string& folder);

}  // namespace lifereel
