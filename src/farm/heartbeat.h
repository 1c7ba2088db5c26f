// SPDX-License-Identifier: GPL-2.0-or-later
// How others see that a task is running, without any clock that is theirs, too: its file changes.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lifereel {

/// What a run of a task says of itself.
struct Beat {
  std::uint64_t count = 0;  ///< changes while it runs
  double frames_per_second = 0;
  std::string host;
  bool operator==(const Beat&) const = default;
};

/// A run of a task, in a file of its own: made with the first beat, gone when the run ends by
/// itself. What fails about it is no reason to end the task. One thread at a time.
class Heartbeat {
 public:
  Heartbeat(const std::string& folder, int task);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// Writes, unless it has just done so.
  void beat(double frames_per_second) noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  const std::string path_;
  const std::string host_;
  std::uint64_t count_ = 0;
  std::optional<Clock::time_point> written_;
};

/// The task in "task-000003.run-abcdef".
std::optional<int> task_of_beat(std::string_view file_name);
/// Nothing where there is none, or it cannot be read.
std::optional<Beat> read_beat(const std::string& path);

}  // namespace lifereel
