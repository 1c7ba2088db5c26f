// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace lifereel::cli {

/// lifereel(1), as man reads it: every command, key, preset, look, exit status, environment
/// variable and file, made from the same table as the help.
std::string manual();

}  // namespace lifereel::cli
