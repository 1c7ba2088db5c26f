// SPDX-License-Identifier: GPL-2.0-or-later
// How the universe gets to where it is needed.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

#include "encoders/chunk_plan.h"
#include "encoders/picture.h"
#include "sim/checkpoint.h"
#include "sim/engine.h"
#include "src/job_control.h"
#include "src/render/work_folder.h"

namespace lifereel {

/// Brings an engine to the chunks that are missing and keeps checkpoints of it. A warm-up's have
/// the number of the first chunk, which they are on the way to.
class ChunkStarts {
 public:
  /// `folder` may be nullptr: then the engine only goes forward. `engine` must be `warmup` frames
  /// before the film's first; `pictures` are what it draws for the film, for what it goes past is
  /// drawn alike. A set `cancel` or `end_early` (may be nullptr) ends its way.
  ChunkStarts(const Engine& engine, std::int64_t warmup, const PictureFormat& pictures,
              const ChunkPlan& plan, WorkFolder* folder, const std::atomic<bool>* cancel,
              const std::atomic<bool>* end_early);

  /// On the engine's thread, before any chunk has begun: to where a stopped warm-up was kept, which
  /// it returns in frames, if it was.
  std::int64_t resume_warmup(Engine& engine);
  /// Likewise: to the end of the warm-up, which is kept after as many frames as a chunk has and
  /// at its end. Throws Cancelled, std::runtime_error.
  void pass_warmup(Engine& engine, const JobControl& control);
  /// Frames of the warm-up that are on disk.
  std::int64_t warmup_kept() const noexcept {
    return static_cast<std::int64_t>(kept_frame_ - beginning_);
  }

  /// On the engine's thread, with no draw in flight: to the frame before the chunk's first picture,
  /// by way of a checkpoint where that is shorter. The universe there waits for keep(). A film that
  /// is to end early needs to get no further. Throws Cancelled.
  void reach(Engine& engine, std::int64_t chunk);
  /// On any thread, when chunk `chunk` has begun: its checkpoint goes to disk.
  void keep(std::int64_t chunk);

 private:
  void go_to(Engine& engine, std::uint64_t frame, std::int64_t chunk);

  const PictureFormat pictures_;
  const ChunkPlan plan_;
  const std::uint64_t beginning_, first_frame_;
  std::uint64_t kept_frame_;  // of the warm-up, which needs no other checkpoint
  WorkFolder* const folder_;
  const std::atomic<bool>* const cancel_;
  const std::atomic<bool>* const end_early_;
  std::mutex mutex_;
  std::map<std::int64_t, Checkpoint> waiting_;
};

}  // namespace lifereel
