// SPDX-License-Identifier: GPL-2.0-or-later
// "Did you mean ...?" Private to src/.
#pragma once

#include <string_view>
#include <vector>

namespace lifereel {

/// The word most like `unknown`, empty when none is near.
std::string_view nearest_word(std::string_view unknown, const std::vector<std::string_view>& words);

}  // namespace lifereel
