// SPDX-License-Identifier: GPL-2.0-or-later
// One film on many machines, which share a file system and nothing else. A job is planned once,
// into a folder; its tasks, each some of the film's chunks, run wherever and whenever some engine
// (Slurm, Open Job Description, Kubernetes, a shell) starts them; a join makes the film of them.
//
// Note: [Farm] A chunk's bytes depend on the sealed job alone, so that it does not matter who made
// it, how often, or at what time: nobody locks, nobody waits for anybody, and whoever is killed is
// started again. Every file appears whole, under its name or not at all, and vouches for itself;
// what somebody else has written meanwhile is the same. A task's universe goes all the way from its
// beginning, or from the nearest start state that anybody has left: the light of a frame is that of
// all frames before it. Chunks that are made on machines of another kind, or with other libraries,
// would not fit: these refuse to take part. No modification time, device number, lock or other
// machine's clock is looked at: file systems that machines share have none to rely on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "encoders/film_statistics.h"
#include "job_control.h"
#include "settings.h"
#include "sim/engine.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Whose script a plan writes.
enum class SubmitTo { nobody, slurm, openjd, kubernetes };

/// How chunks are shared out.
enum class TaskRanges {
  /// Tasks that start together end together: the later a task begins in the film, the longer is its
  /// way there, and the fewer chunks it has. For as many machines as there are tasks.
  shrinking,
  /// All the same: for fewer machines than tasks, which begin where others have left start states.
  equal,
};

struct FarmSettings {
  int tasks = 1;  ///< 1 to 100 000, and no more than the film has chunks
  TaskRanges ranges = TaskRanges::shrinking;
  /// Frames a second of one machine: passing frames that nobody looks at, and rendering. 0:
  /// measured here, for about three seconds.
  double engine_speed = 0, render_speed = 0;
  SubmitTo submit_to = SubmitTo::nobody;
  std::string executable;  ///< that scripts call: lifereel's path on every machine
};

/// Chunks `first` to `end` - 1.
struct FarmTask {
  std::int64_t first = 0, end = 0;
  bool operator==(const FarmTask&) const = default;
};

struct FarmPlan {
  std::string folder;  ///< FILM.farm, beside the film
  std::string film;    ///< path
  std::string digest;  ///< SHA-256 of all that the film's bytes depend on, in hexadecimal
  std::int64_t frames = 0, chunk_frames = 0, chunks = 0;
  std::vector<FarmTask> tasks;
  double engine_speed = 0, render_speed = 0;  ///< as FarmSettings; 0: not known
  double seconds_alone = 0;                   ///< of one machine; 0: not known
  double seconds_together = 0;  ///< of a machine for every task, started together; likewise
  std::string script;           ///< path of what submits it; empty: none
};

/// The job's folder of a film.
std::string farm_folder(const std::string& film);

/// Seals a job. Where the folder has the same job already, its chunks stay and are shared out anew.
/// Throws std::invalid_argument (settings; a film that cannot be cut; another job in the folder),
/// std::runtime_error, Cancelled.
FarmPlan plan_film(const RenderSettings& settings, const FarmSettings& farm,
                   const JobControl& control = {});

/// Throws std::invalid_argument where there is none, or it is damaged.
FarmPlan read_farm_plan(const std::string& folder);

struct TaskReport {
  bool film_was_finished = false;  ///< nothing was left to do, and nothing else is filled in
  std::int64_t chunks = 0;         ///< of the task
  std::int64_t chunks_kept = 0;    ///< that were there already
  std::int64_t frames = 0;         ///< that were rendered now
  std::int64_t began_at = 0;       ///< frame of the universe whose state was found
  std::int64_t frames_passed = 0;  ///< on the way to the first picture
  double seconds_passing = 0, seconds = 0;
  EngineDescription engine;
  std::vector<std::string> warnings;  ///< of the encoders
};

/// Makes the chunks of a task that are not there. Any number may run at once, also of one task; it
/// may be killed at any moment and run again. `engine` is this machine's. Throws
/// std::invalid_argument (no such task; a machine whose chunks would not fit), TryAgain (no space,
/// a file that went stale), std::runtime_error, Cancelled: what is whole by then is kept.
TaskReport render_task(const std::string& folder, int task, const EngineSettings& engine = {},
                       const JobControl& control = {});

struct JoinReport {
  /// Somebody else has joined the film, before or meanwhile; nothing else is filled in.
  bool finished_before = false;
  FilmStatistics film;
  double seconds = 0;
};

struct JoinSettings {
  /// Chunks and start states are thrown away when the film has its name.
  bool remove = false;
};

/// Makes the film of all chunks, each of which is compared with its checksum, and gives it its name
/// as render() does. Several may run at once. Throws TasksMissing where chunks are missing,
/// damaged, another job's or of another length, which it names; std::invalid_argument, TryAgain,
/// FinishedUnnamed, FinishedWithError, std::runtime_error, Cancelled.
JoinReport join_film(const std::string& folder, const JoinSettings& join = {},
                     const JobControl& control = {});

enum class TaskState { missing, running, done };

struct TaskStatus {
  TaskState state = TaskState::missing;
  std::int64_t chunks = 0, chunks_done = 0;
  /// Of one that is running: what it says itself, of the last half minute.
  std::string host;
  double frames_per_second = 0;
};

struct FarmStatus {
  FarmPlan plan;
  bool joined = false;  ///< the film is there
  std::vector<TaskStatus> tasks;
  std::int64_t frames_done = 0;
  double frames_per_second = 0;  ///< of all that are running
  double eta_seconds = -1;       ///< at that speed, or the slowest running task's; below 0: unknown

  int count(TaskState state) const noexcept;
  /// Neither done nor running.
  std::vector<int> missing() const;
};

/// How long a task is silent at most, seconds.
inline constexpr double task_beat_seconds = 5;

/// Looks at the begin and end of every chunk, not at what is in between: join_film() does. A task
/// is running whose file changes while it is watched, for `watch_seconds` at most where there is
/// such a file: no clock of another machine is asked. Throws as read_farm_plan(), Cancelled.
FarmStatus farm_status(const std::string& folder, double watch_seconds = 2.5 * task_beat_seconds,
                       const JobControl& control = {});

/// "17,40-42", as engines take it.
std::string task_list(const std::vector<int>& tasks);

std::string describe(const FarmPlan& plan);
std::string describe(const TaskReport& report);
std::string describe(const FarmStatus& status);
/// {"film", "digest", "frames", "frames_done", "tasks", "done", "running", "missing",
/// "missing_list", "joined", "fps", "eta_seconds", "task": [{"task", "state", "chunks",
/// "chunks_done", "host", "fps"}]}
std::string to_json(const FarmStatus& status);

}  // namespace lifereel
