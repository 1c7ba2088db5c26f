// SPDX-License-Identifier: GPL-2.0-or-later
// How a film is cut into chunks: which pictures each has.
#pragma once

#include <algorithm>
#include <cstdint>

#include "../sim/language.h"  // as installed

namespace [[gnu::visibility("default")]] lifereel {

/// How a film is cut: into chunks of one length, but for the last, which is up to half a chunk
/// shorter or longer, so that none is too short for an encoder to settle. It depends on nothing
/// else: whoever knows these two numbers cuts alike.
struct ChunkPlan {
  std::int64_t frames = 0;        ///< of the film
  std::int64_t chunk_frames = 0;  ///< 0: the film is one chunk

  /// At least 1.
  std::int64_t count() const noexcept {
    if (chunk_frames <= 0) return 1;
    const bool own_last = frames % chunk_frames * 2 >= chunk_frames;
    return std::max<std::int64_t>(1, frames / chunk_frames + (own_last ? 1 : 0));
  }
  /// The frame of the film that chunk `index` begins with.
  std::int64_t begin(std::int64_t index) const noexcept { return index * chunk_frames; }
  std::int64_t length(std::int64_t index) const noexcept {
    return index + 1 < count() ? chunk_frames : frames - begin(index);
  }
};

}  // namespace lifereel
