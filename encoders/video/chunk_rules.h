// SPDX-License-Identifier: GPL-2.0-or-later
// What makes chunks of a film joinable. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>

#include "encoders/film.h"

namespace lifereel {

/// `settings` with everything filled in that the disc decides, chunk_frames() in place of what was
/// asked for, and the codec's threads where the bytes depend on them.
FilmSettings with_film_defaults(FilmSettings settings);

/// Throws std::invalid_argument for chunks that are too short for their buffer or bit rate, and for
/// threads that would make them differ from time to time.
void check_chunks(const FilmSettings& settings);

/// What an encoder of one chunk is told in place of the film's maxrate and bufsize (see Note:
/// [Joins]); its buffer is full at the start. std::nullopt for a film that is not cut or has no
/// buffer. `settings` are those of with_film_defaults().
struct ChunkRate {
  std::int64_t maxrate = 0;
  std::int64_t bufsize = 0;
};
std::optional<ChunkRate> chunk_rate(const FilmSettings& settings);

}  // namespace lifereel
