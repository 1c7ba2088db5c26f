// SPDX-License-Identifier: GPL-2.0-or-later
// Values of settings that have names, for completions and menus.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/language.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Names that the key takes for a value, as "aurora" of the key "look"; other values may be allowed
/// beside them, as a look's file. Empty for a key whose values have none, as those that are
/// numbers, and for no key. Those of codec and container are as many as the FFmpeg that this runs
/// with has.
std::vector<std::string> setting_words(std::string_view key);

}  // namespace lifereel
