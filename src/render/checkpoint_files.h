// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "sim/checkpoint.h"
#include "sim/engine.h"

namespace lifereel {

/// Where the engine is; nothing where an engine of the caller's cannot save itself.
std::optional<Checkpoint> checkpoint_of(const Engine& engine);

/// The universe before chunks' first pictures, as sealed files in a folder. Any thread, but two
/// never deal with the same number.
class CheckpointFiles {
 public:
  /// A set `cancel` (may be nullptr) ends the reading of a checkpoint with Cancelled.
  CheckpointFiles(const std::string& folder, const std::string& job_hash,
                  const std::atomic<bool>* cancel);

  /// A file in the folder: it may be a checkpoint. What it holds is seen when it is wanted.
  void see(std::string_view file_name);
  /// Of the universe before chunk `index`. Throws std::runtime_error.
  void keep(std::int64_t index, const Checkpoint& checkpoint);
  /// The last whole one of chunks `after` < number <= `index`. Throws Cancelled.
  std::optional<Checkpoint> last(std::int64_t after, std::int64_t index);
  /// Throws away those that nobody needs who has all chunks before `missing`. Kept are the last one
  /// at or before it, and all after it.
  void drop_before(std::int64_t missing);
  bool empty() const;
  /// Whether last() has come upon it, and could not use it.
  bool has_failed(std::int64_t index) const;

 private:
  std::optional<std::int64_t> last_there(std::int64_t after, std::int64_t index) const;
  Checkpoint read(std::int64_t index) const;

  const std::string folder_;
  const std::string job_hash_;
  const std::atomic<bool>* const cancel_;

  mutable std::mutex mutex_;
  std::set<std::int64_t> there_, failed_;
};

}  // namespace lifereel
