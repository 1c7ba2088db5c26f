// SPDX-License-Identifier: GPL-2.0-or-later
// What a render that was stopped goes on from: a folder beside the film.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "encoders/chunk_plan.h"
#include "encoders/chunk_store.h"
#include "sim/checkpoint.h"
#include "src/render/checkpoint_files.h"
#include "src/render/chunk_folder.h"
#include "src/render/work_lock.h"

namespace lifereel {

// clang-format off
/// The working files of one film, in a folder with the film's name and ".lifereel":
///
///   lock               empty; locked (flock) while a process works here
///   job                text: all that the film's bytes depend on, one "key = value" a line, and last
///                      "job-sha256 = " and the SHA-256 of the lines before
///   film               the film as far as it is; it gets its own name when it is complete
///   film-identity      text: which file that is, when it is complete, to know it by either name:
///                      device, inode, size in bytes, and time of the last change in ns
///   chunk-000012       a finished chunk (sealed_file.h)
///   checkpoint-000012  the universe before chunk 12's first picture (sealed_file.h);
///                      0 of a film with a warm-up: as far as that is
///
/// Each is written under another name, flushed to disk and renamed, so it is whole or not there.
// clang-format on
///
/// Chunks: any thread, as ChunkStore says. The rest: one thread at a time.
class WorkFolder final : public ChunkStore {
 public:
  /// Damaged files were thrown away.
  using Found = ChunkFolder::Found;

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
  std::int64_t pictures(std::int64_t index) const override { return chunks_.pictures(index); }
  std::unique_ptr<ChunkWriter> keep(std::int64_t index) override { return chunks_.keep(index); }
  std::unique_ptr<ChunkReader> open(std::int64_t index) override { return chunks_.open(index); }
  /// Of whole chunks.
  std::int64_t pictures_kept() const { return chunks_.pictures_kept(); }

  /// Of the universe before chunk `index`. Throws std::runtime_error. Those that no missing chunk
  /// needs any more are thrown away. Any thread.
  void keep_checkpoint(std::int64_t index, const Checkpoint& checkpoint);
  /// The last whole one of chunks `after` < number <= `index`.
  std::optional<Checkpoint> checkpoint(std::int64_t after, std::int64_t index) {
    return checkpoints_.last(after, index);
  }

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
  /// Whether the file system keeps other processes out of the folder.
  bool is_locked() const noexcept { return lock_ == nullptr || lock_->is_locked(); }

  /// Where a whole film could not get its name: whether `film_path` has one of this job here, which
  /// give_film_its_name() names.
  static bool has_whole_film(const std::string& film_path, const std::string& job);
  /// Throws as WorkLock and give_name() do.
  static void give_film_its_name(const std::string& film_path, bool overwrite);
  /// Takes a whole film in that could not get its name, so that the same command finds it. False,
  /// and the file stays where it is, when working files are there already, or that fails.
  static bool take_in(const std::string& film_path, const std::string& job,
                      const std::string& whole_film);

 private:
  void check_job(const std::string& job) const;
  void look_around();
  void drop_checkpoints();

  const std::string path_;
  std::unique_ptr<WorkLock> lock_;
  ChunkFolder chunks_;
  CheckpointFiles checkpoints_;
  Found found_;
};

}  // namespace lifereel
