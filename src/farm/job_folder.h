// SPDX-License-Identifier: GPL-2.0-or-later
// What a film's machines share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "encoders/chunk_plan.h"
#include "encoders/film.h"
#include "src/farm.h"
#include "src/settings.h"

namespace lifereel {

// clang-format off
/// The folder of a job, with the film's name and ".farm":
///
///   job                     as a render's working files have it (work_folder.h): all that the
///                           film's bytes depend on, and its SHA-256, the job's digest
///   plan                    text: what follows, one "key = value" a line, "[settings]", the film's
///                           settings as a config file, and last "plan-sha256 = " and the SHA-256
///                           of the lines before
///     job                   the digest
///     film                  name of the film, which gets into the folder that this one is in
///     overwrite             yes: a file of that name is replaced
///     audio                 path of the sound, where it is from a file
///     engine-speed, render-speed   frames a second, as planned with; 0: not known
///     task                  a line each: its first chunk, and the one behind its last
///   submit.sh, openjd.yaml  what submits the job (submit_scripts.h)
///   chunk-000012            a finished chunk (sealed_file.h)
///   checkpoint-000012       the universe before chunk 12's first picture (sealed_file.h)
///   task-000003.run-abcdef  of a run of task 3 (heartbeat.h)
///   finished                text: the film's bytes, when it is about to get its name
// clang-format on
class JobFolder {
 public:
  /// Reads and checks job and plan. Throws std::invalid_argument, TryAgain.
  explicit JobFolder(const std::string& folder);

  /// Writes both. Throws std::invalid_argument where another job is there.
  static void seal(const FarmPlan& plan, const RenderSettings& settings, const std::string& job);

  const FarmPlan& plan() const noexcept { return plan_; }
  /// As this machine reads them: without an engine's.
  const RenderSettings& settings() const noexcept { return settings_; }
  const std::string& path() const noexcept { return plan_.folder; }
  ChunkPlan chunks() const noexcept { return {plan_.frames, plan_.chunk_frames}; }

  /// Throws std::invalid_argument where `job`, which this machine has made of the settings, is
  /// another one.
  void check_job(const std::string& job) const;

  /// What is left of it when the film has its name, and before.
  void note_finished(std::uint64_t film_bytes) const;
  /// Whether the film that was noted is there.
  bool is_finished() const;

  /// The task that makes a chunk.
  int task_of(std::int64_t chunk) const;

 private:
  FarmPlan plan_;
  RenderSettings settings_;
  std::string job_;
};

/// Whether `film` is there as a join has noted it in the folder.
bool is_joined(const std::string& folder, const std::string& film);

/// What a machine that others share a file system with does again, where a file is not seen yet or
/// went stale, a few times within about three seconds: `look` says whether it found it. The folder
/// is read anew each time, which is what makes clients of NFS ask their server.
bool look_again(const std::string& folder, const std::function<bool()>& look);

/// Whether the system's reason may be gone when the same is tried again, here or elsewhere.
bool may_pass(int error) noexcept;

/// Runs `work`; what may succeed when it is tried again becomes TryAgain.
template <class Work>
auto or_try_again(Work&& work) {
  try {
    return work();
  } catch (const FileError& error) {
    if (may_pass(error.error())) throw TryAgain(error.what());
    throw;
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string sentence =
        error.path1().empty()
            ? std::string("cannot read the folder: ") + error.code().message()
            : "cannot read '" + error.path1().string() + "': " + error.code().message();
    if (may_pass(error.code().value())) throw TryAgain(sentence);
    throw FileError(sentence, error.code().value());
  }
}

}  // namespace lifereel
