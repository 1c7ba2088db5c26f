// SPDX-License-Identifier: GPL-2.0-or-later
// Films whose pictures are two fields each.
#pragma once

#include <string>

#include "encoders/film.h"

namespace lifereel {

/// What makes this film an interlaced one, as "filter = interlace" names it; empty where nothing
/// does. No film is interlaced by itself: codec options and filters that are known are looked for.
std::string interlacing(const FilmSettings& film);

}  // namespace lifereel
