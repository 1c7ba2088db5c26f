// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "encoders/chunk_plan.h"
#include "encoders/picture.h"

namespace lifereel {

/// The chunks that a sink needs, in order. The sink is asked about each chunk once, before anybody
/// begins it, and no earlier than it has to be, so memory does not depend on the length of the
/// film. One thread at a time.
class NeededChunks {
 public:
  NeededChunks(const ChunkedSink& sink, const ChunkPlan& plan) : sink_(sink), plan_(plan) {}

  /// How many there are still, or `most` if there are more.
  std::size_t count_up_to(std::size_t most);
  /// The next one; nothing when there are no more.
  std::optional<std::int64_t> take();
  /// Of all chunks before the last that was taken that the sink does not need; of all such chunks
  /// when there are no more to take.
  std::int64_t frames_kept() const noexcept { return frames_kept_; }

 private:
  struct Chunk {
    std::int64_t index = 0;
    std::int64_t frames_kept = 0;  // of all before it
  };

  /// Finds the next one. False when there are no more.
  bool find_next();

  const ChunkedSink& sink_;
  const ChunkPlan plan_;
  std::deque<Chunk> found_;  // and not taken
  Chunk next_;               // where the search goes on
  std::int64_t frames_kept_ = 0;
};

}  // namespace lifereel
