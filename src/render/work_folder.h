// SPDX-License-Identifier: GPL-2.0-or-later
// What a render that was stopped goes on from: a folder beside the film.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "encoders/chunk_plan.h"
#include "encoders/chunk_store.h"
#include "sim/checkpoint.h"

namespace lifereel {

// clang-format off
/// The working files of one film, in a folder with the film's name and ".lifereel":
///
///   lock               empty; locked (flock) while a process works here
///   job                text: all that the film's bytes depend on, one "key = value" a line, and last
///                      "job-sha256 = " and the SHA-256 of the lines before
///   film               the film as far as it is; it gets its own name when it is complete
///   film-identity      text: which file that is, when it is complete, to know it by its own name:
///                      device, inode, size in bytes, and time of the last change in ns
///   chunk-000012       a finished chunk
///   checkpoint-000012  the universe before chunk 12's first picture
///
/// Each is written under another name, flushed to disk and renamed, so it is whole or not there.
/// Chunks and checkpoints end with a checksum, and are of no use when it does not match:
///
///   20 bytes   "lifereel chunk v02\n\n" or "lifereel start v01\n\n"
///   64 bytes   SHA-256 of the job's text, in lower-case hexadecimal
///   u64        the chunk's number, little-endian
///   ...        encoders/film/chunk_records.h, or sim/checkpoint.h
///   u64        the chunk's pictures, 0 in a checkpoint
///   32 bytes   checksum of all bytes before, in lower-case hexadecimal (encoders/libav/checksum.h)
// clang-format on
///
/// Chunks: any thread, as ChunkStore says. The rest: one thread at a time.
class WorkFolder final : public ChunkStore {
 public:
  struct Found {
    std::int64_t chunks = 0;   ///< whole ones
    std::int64_t damaged = 0;  ///< files that were thrown away
    std::uint64_t bytes = 0;   ///< of the chunks
  };

  /// The folder of the film `film_path`.
  static std::string path_for(const std::string& film_path);

  /// Makes the folder, or checks what is in it: every chunk's checksum, and whether it is as long
  /// as `plan` says. `job` is lines. Throws std::invalid_argument with one sentence when it is
  /// another job's or in use by another process, std::runtime_error when it cannot be read or
  /// written, Cancelled. A set `cancel` also ends the reading of chunks later on.
  WorkFolder(const std::string& film_path, const std::string& job, const ChunkPlan& plan,
             const std::atomic<bool>* cancel = nullptr);
  /// Keeps what is there, but no folder that helps nobody.
  ~WorkFolder() override;

  const std::string& path() const noexcept { return path_; }
  Found found() const noexcept { return found_; }
  /// The film's temporary name.
  std::string film_path() const { return path_ + "/film"; }

  // ChunkStore
  std::int64_t pictures(std::int64_t index) const override;
  std::unique_ptr<ChunkWriter> keep(std::int64_t index) override;
  std::unique_ptr<ChunkReader> open(std::int64_t index) override;
  /// Of whole chunks.
  std::int64_t pictures_kept() const;

  /// Of the universe before chunk `index`. Throws std::runtime_error. Those that no missing chunk
  /// needs any more are thrown away. Any thread.
  void keep_checkpoint(std::int64_t index, const Checkpoint& checkpoint);
  /// The last whole one of chunks `after` < number <= `index`.
  std::optional<Checkpoint> checkpoint(std::int64_t after, std::int64_t index);

  /// When the film's temporary file is whole, before it gets its name: so that finished() knows it.
  void identify_film();
  /// Whether the file `film_path` is a film that a process finished which was then killed before it
  /// could throw its working files away, or all of them but the lock.
  static bool finished(const std::string& film_path);
  /// Whether the working files of `film_path`, if there are any, are of this job.
  static bool is_job(const std::string& film_path, const std::string& job);
  /// Throws all working files of a film away, and nothing else, unless a process works there
  /// (std::invalid_argument).
  static void remove(const std::string& film_path);
  /// The same for this one, which is no longer in use then.
  void remove();
  bool in_use() const noexcept { return lock_ != nullptr; }

 private:
  class Writer;
  class Reader;
  class Lock;

  std::string chunk_path(std::int64_t index) const;
  std::string checkpoint_path(std::int64_t index) const;
  void check_job(const std::string& job) const;
  void look_around();
  /// The chunk's pictures; throws Damaged, or std::invalid_argument when it is another job's.
  std::int64_t check_chunk(std::int64_t index, std::vector<std::uint8_t>& block);
  void drop_checkpoints();

  const std::string path_;
  const std::string job_hash_;
  const ChunkPlan plan_;
  const std::atomic<bool>* const cancel_;
  std::unique_ptr<Lock> lock_;
  Found found_;

  mutable std::mutex mutex_;                     // what follows
  std::map<std::int64_t, std::int64_t> chunks_;  // and their pictures
  std::set<std::int64_t> checkpoints_;
};

}  // namespace lifereel
