// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "encoders/chunk_plan.h"
#include "encoders/picture.h"

namespace lifereel {

/// The chunks that a sink needs, in order: what the engine draws and the lanes encode. The sink is
/// asked about each chunk once, before anybody begins it, and no earlier than it has to be, so
/// memory does not depend on the length of the film. Any thread.
class NeededChunks {
 public:
  struct Chunk {
    std::int64_t index = 0;
    std::int64_t frames_kept = 0;  ///< of all chunks before it that the sink does not need
  };

  NeededChunks(const ChunkedSink& sink, const ChunkPlan& plan) : sink_(sink), plan_(plan) {}

  /// How many there are, or `most` if there are more. Before the first is taken.
  std::size_t count_up_to(std::size_t most);
  /// The k-th, counted from 0; nothing when there are fewer. The engine and the lane that it goes
  /// to take each of them once.
  std::optional<Chunk> take(std::int64_t k);
  /// Of all chunks that the sink does not need, once there are no more that it does.
  std::int64_t frames_kept() const;

 private:
  struct Known {
    Chunk chunk;
    int taken_by = 0;  // of engine and lane
  };

  /// Finds the next one. False when there are no more.
  bool find_next();

  const ChunkedSink& sink_;
  const ChunkPlan plan_;

  mutable std::mutex mutex_;  // what follows
  std::deque<Known> known_;   // found and not taken by both, or behind one that is not
  std::int64_t first_ = 0;    // the number of the first of these
  Chunk next_;                // where the search goes on
};

}  // namespace lifereel
