// SPDX-License-Identifier: GPL-2.0-or-later
// How large a film will be. Private to src/.
#pragma once

#include <cstdint>

#include "encoders/film_settings.h"

namespace lifereel {

/// Bytes of a file whose pictures come to `video_bytes`: with sound, and what its container adds,
/// within a few parts in ten thousand.
double film_file_bytes(const ResolvedFilm& film, double video_bytes, std::int64_t frames);

/// The other way round; below 0 where not even the rest fits.
double video_bytes_within(const ResolvedFilm& film, double file_bytes, std::int64_t frames);

}  // namespace lifereel
