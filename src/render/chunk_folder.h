// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "encoders/chunk_plan.h"
#include "encoders/chunk_store.h"

namespace lifereel {

/// The finished chunks of one job in a folder, as sealed files. It asks for no lock and throws
/// nothing away: several processes may work in one folder, since each chunk appears whole and, for
/// one job, with the same bytes whoever makes it. One knows the chunks that it has kept itself or
/// has seen in look().
class ChunkFolder final : public ChunkStore {
 public:
  struct Found {
    std::int64_t chunks = 0;   ///< whole ones
    std::int64_t damaged = 0;  ///< files of no use any more
    std::uint64_t bytes = 0;   ///< of the chunks
  };

  /// `folder` must be there when chunks are. `after_keeping` is called on the thread that has kept
  /// a chunk. A set `cancel` (may be nullptr) ends the reading of chunks with Cancelled.
  ChunkFolder(const std::string& folder, const std::string& job_hash, const ChunkPlan& plan,
              const std::atomic<bool>* cancel, std::function<void()> after_keeping = {});

  /// Reads what is there: every chunk's checksum, and whether it is as long as the plan says. Files
  /// that are not of use, damaged or of another length, are added to `useless`. Throws
  /// std::invalid_argument when a chunk is another job's, std::runtime_error when one cannot be
  /// read, Cancelled.
  Found look(std::vector<std::string>& useless);

  /// What is there of one chunk.
  enum class Kept { missing, whole, damaged, other_length, other_job };
  /// Reads it as look() does, and knows it from now on if it is whole. Throws std::runtime_error
  /// when it cannot be read, Cancelled.
  Kept see(std::int64_t index);
  /// The same, but looks only at its begin and its end: what is in between may be damaged.
  Kept glance(std::int64_t index);

  // ChunkStore
  std::int64_t pictures(std::int64_t index) const override;
  std::unique_ptr<ChunkWriter> keep(std::int64_t index) override;
  std::unique_ptr<ChunkReader> open(std::int64_t index) override;

  bool empty() const;
  /// Of whole chunks.
  std::int64_t pictures_kept() const;
  /// The first chunk that is not there whole.
  std::int64_t first_missing() const;

 private:
  class Writer;

  /// The chunk's pictures.
  std::int64_t check(std::int64_t index, std::vector<std::uint8_t>& block, std::uint64_t& bytes);
  void add(std::int64_t index, std::int64_t pictures);

  const std::string folder_;
  const std::string job_hash_;
  const ChunkPlan plan_;
  const std::atomic<bool>* const cancel_;
  const std::function<void()> after_keeping_;

  mutable std::mutex mutex_;                     // what follows
  std::map<std::int64_t, std::int64_t> chunks_;  // and their pictures
};

}  // namespace lifereel
