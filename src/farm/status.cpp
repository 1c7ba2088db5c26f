// SPDX-License-Identifier: GPL-2.0-or-later
// How far a film has come.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <thread>

#include "src/farm/heartbeat.h"
#include "src/farm/job_folder.h"
#include "src/pipeline/cancellation.h"
#include "src/render/sealed_file.h"
#include "src/text/format.h"
#include "src/text/json.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

struct Seen {
  std::set<std::int64_t> chunks;
  std::map<std::string, Beat> beats;  ///< by path
};

Seen look_into(const JobFolder& job) {
  Seen seen;
  for (const fs::directory_entry& entry : fs::directory_iterator(job.path())) {
    const std::string name = entry.path().filename().string();
    if (const auto chunk = number_of(name, chunk_kind)) seen.chunks.insert(*chunk);
    if (!task_of_beat(name)) continue;
    if (const auto beat = read_beat(entry.path().string()))
      seen.beats.emplace(entry.path().string(), *beat);
  }
  return seen;
}

/// Those of `beats` that change while they are watched.
std::map<std::string, Beat> living(const std::map<std::string, Beat>& beats, double watch_seconds,
                                   const JobControl& control) {
  using Clock = std::chrono::steady_clock;
  std::map<std::string, Beat> alive;
  const auto begin = Clock::now();
  while (alive.size() < beats.size() &&
         std::chrono::duration<double>(Clock::now() - begin).count() < watch_seconds) {
    throw_if_cancelled(control.cancel);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    for (const auto& [path, before] : beats) {
      if (alive.contains(path)) continue;
      const std::optional<Beat> now = read_beat(path);
      if (now && *now != before) alive.emplace(path, *now);
    }
  }
  return alive;
}

const char* state_name(TaskState state) {
  switch (state) {
    case TaskState::missing:
      return "missing";
    case TaskState::running:
      return "running";
    case TaskState::done:
      break;
  }
  return "done";
}

void count_chunks(const JobFolder& job, const std::set<std::int64_t>& there, FarmStatus& status) {
  const ChunkPlan plan = job.chunks();
  for (const std::int64_t chunk : there) {
    if (chunk >= plan.count()) continue;
    const SealedGlance seen = glance_at_sealed(job.path(), chunk_kind, job.plan().digest, chunk);
    if (seen.pictures != plan.length(chunk)) continue;
    ++status.tasks[static_cast<std::size_t>(job.task_of(chunk))].chunks_done;
    status.frames_done += plan.length(chunk);
  }
}

/// The film waits for the last of those that are running, however fast the others are.
double longest_task_seconds(const FarmStatus& status) {
  double longest = 0;
  for (const TaskStatus& task : status.tasks)
    if (task.state == TaskState::running && task.frames_per_second > 0)
      longest = std::max(longest, static_cast<double>((task.chunks - task.chunks_done) *
                                                      status.plan.chunk_frames) /
                                      task.frames_per_second);
  return longest;
}

}  // namespace

int FarmStatus::count(TaskState state) const noexcept {
  return static_cast<int>(std::count_if(
      tasks.begin(), tasks.end(), [state](const TaskStatus& task) { return task.state == state; }));
}

std::vector<int> FarmStatus::missing() const {
  std::vector<int> all;
  for (std::size_t task = 0; task < tasks.size(); ++task)
    if (tasks[task].state == TaskState::missing) all.push_back(static_cast<int>(task));
  return all;
}

FarmStatus farm_status(const std::string& folder, double watch_seconds, const JobControl& control) {
  return or_try_again([&] {
    const JobFolder job(folder);
    FarmStatus status;
    status.plan = job.plan();
    status.joined = job.is_finished();
    for (const FarmTask& task : status.plan.tasks) {
      TaskStatus one;
      one.chunks = task.end - task.first;
      status.tasks.push_back(one);
    }
    if (status.joined) {
      for (TaskStatus& task : status.tasks) {
        task.state = TaskState::done;
        task.chunks_done = task.chunks;
      }
      status.frames_done = status.plan.frames;
      return status;
    }
    const Seen seen = look_into(job);
    count_chunks(job, seen.chunks, status);
    for (TaskStatus& task : status.tasks)
      if (task.chunks_done == task.chunks) task.state = TaskState::done;
    for (const auto& [path, beat] : living(seen.beats, watch_seconds, control)) {
      const auto task = static_cast<std::size_t>(*task_of_beat(fs::path(path).filename().string()));
      if (task >= status.tasks.size() || status.tasks[task].state == TaskState::done) continue;
      TaskStatus& one = status.tasks[task];
      one.state = TaskState::running;
      one.host = beat.host;
      one.frames_per_second = std::max(one.frames_per_second, beat.frames_per_second);
    }
    for (const TaskStatus& task : status.tasks)
      if (task.state == TaskState::running) status.frames_per_second += task.frames_per_second;
    if (status.frames_per_second > 0)
      status.eta_seconds = std::max(
          static_cast<double>(status.plan.frames - status.frames_done) / status.frames_per_second,
          longest_task_seconds(status));
    return status;
  });
}

std::string describe(const FarmStatus& status) {
  std::string text =
      format("%lld of %lld frames; tasks: %d done, %d running, %d missing\n",
             static_cast<long long>(status.frames_done), static_cast<long long>(status.plan.frames),
             status.count(TaskState::done), status.count(TaskState::running),
             status.count(TaskState::missing));
  if (status.joined) return text + "the film is joined: " + status.plan.film + "\n";
  for (std::size_t task = 0; task < status.tasks.size(); ++task) {
    const TaskStatus& one = status.tasks[task];
    if (one.state == TaskState::running)
      text += format("task %zu: %lld of %lld chunks, %.1f frames/s on ", task,
                     static_cast<long long>(one.chunks_done), static_cast<long long>(one.chunks),
                     one.frames_per_second) +
              one.host + "\n";
  }
  const std::vector<int> missing = status.missing();
  if (!missing.empty()) text += "missing tasks: " + task_list(missing) + "\n";
  if (status.eta_seconds >= 0) {
    const auto seconds = static_cast<long long>(status.eta_seconds);
    text += format("about %lld:%02lld:%02lld are left at %.1f frames/s\n", seconds / 3600,
                   seconds / 60 % 60, seconds % 60, status.frames_per_second);
  }
  return text;
}

std::string to_json(const FarmStatus& status) {
  Json json;
  json.open(nullptr);
  json.add("film", status.plan.film);
  json.add("digest", status.plan.digest);
  json.add("frames", status.plan.frames);
  json.add("frames_done", status.frames_done);
  json.add("tasks", static_cast<std::int64_t>(status.tasks.size()));
  json.add("done", status.count(TaskState::done));
  json.add("running", status.count(TaskState::running));
  json.add("missing", status.count(TaskState::missing));
  json.add("missing_list", task_list(status.missing()));
  json.add("joined", std::int64_t{status.joined ? 1 : 0});
  json.add("fps", status.frames_per_second);
  json.add("eta_seconds",
           status.eta_seconds >= 0 ? std::optional<double>(status.eta_seconds) : std::nullopt);
  json.open_list("task");
  for (std::size_t task = 0; task < status.tasks.size(); ++task) {
    const TaskStatus& one = status.tasks[task];
    json.open(nullptr);
    json.add("task", static_cast<std::int64_t>(task));
    json.add("state", std::string(state_name(one.state)));
    json.add("chunks", one.chunks);
    json.add("chunks_done", one.chunks_done);
    if (one.state == TaskState::running) {
      json.add("host", one.host);
      json.add("fps", one.frames_per_second);
    }
    json.close();
  }
  json.close_list();
  json.close();
  return json.text() + "\n";
}

}  // namespace lifereel
