// SPDX-License-Identifier: GPL-2.0-or-later
// How a task's universe gets to its first picture, and what it leaves for others on the way.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "encoders/chunk_plan.h"
#include "encoders/picture.h"
#include "sim/engine.h"
#include "src/farm/job_folder.h"
#include "src/job_control.h"
#include "src/render/checkpoint_files.h"

namespace lifereel {

/// States are as large as dozens of pictures, and a chunk may be smaller than one: a task leaves
/// the one it begins with and the one behind its end, and, for a run that is killed, one for every
/// half minute or so, of which it takes the one before away. During the warm-up that is chunk 0's.
/// One thread at a time.
class StartStates {
 public:
  /// `passing` goes the way to the first picture in place of the engine that draws, and is gone
  /// then; nullptr: that one goes itself. Both are at frame 0 of the universe. The rest must
  /// outlive this object.
  StartStates(const JobFolder& job, const FarmTask& task, const PictureFormat& pictures,
              std::unique_ptr<Engine> passing, const JobControl& control);

  /// To the frame before the chunk's first picture, from the nearest state there is. No draw may be
  /// in flight. Throws Cancelled, std::runtime_error.
  void reach(Engine& engine, std::int64_t chunk);
  /// The task is done: leaves the state behind its last chunk, if `engine` is there.
  void end(const Engine& engine);

  std::int64_t began_at() const noexcept { return began_at_.value_or(0); }
  std::int64_t frames_passed() const noexcept { return frames_passed_; }
  double seconds() const noexcept { return seconds_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::uint64_t frame_before(std::int64_t chunk) const;
  void go_to(Engine& engine, std::int64_t chunk);
  void pass(Engine& engine, std::uint64_t frame);
  void look();
  bool is_there(const Engine& engine, std::int64_t chunk);
  void keep(const Engine& engine, std::int64_t chunk);
  bool begins_task(std::int64_t chunk) const;
  bool is_due() const;
  void remove_own();

  const JobFolder& job_;
  const FarmTask task_;
  const ChunkPlan plan_;
  const std::uint64_t first_frame_;  // of the film
  const PictureFormat pictures_;
  std::unique_ptr<Engine> passing_;
  const JobControl& control_;
  CheckpointFiles files_;
  Clock::time_point kept_ = Clock::now();
  std::optional<std::int64_t> own_;  // left for a later run of this task alone
  std::optional<std::int64_t> began_at_;
  std::int64_t frames_passed_ = 0;
  double seconds_ = 0;
};

}  // namespace lifereel
