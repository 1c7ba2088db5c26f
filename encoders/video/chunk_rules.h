// SPDX-License-Identifier: GPL-2.0-or-later
// What makes chunks of a film joinable. Internal to encoders/.
#pragma once

#include "encoders/film_settings.h"

namespace lifereel {

/// What `asked` comes to without pictures and a file: all but their size, the pixel formats and the
/// container, which are resolve()'s. Throws std::invalid_argument for an encoder there is none of.
ResolvedFilm resolve_encoding(const FilmSettings& asked);

/// Throws std::invalid_argument for chunks that are too short for their buffer or bit rate, and for
/// threads that would make them differ from time to time. `film` is what `asked` comes to.
void check_chunks(const FilmSettings& asked, const ResolvedFilm& film);

}  // namespace lifereel
