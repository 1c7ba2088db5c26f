// SPDX-License-Identifier: GPL-2.0-or-later
// Which containers films can be in.
#pragma once

#include <string>
#include <vector>

#include "../sim/language.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Every container that the FFmpeg this runs with can write a film to, by the names that
/// FilmSettings::container takes, in alphabetical order.
std::vector<std::string> available_containers();

}  // namespace lifereel
