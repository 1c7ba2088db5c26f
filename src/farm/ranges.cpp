// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/farm/ranges.h"

#include <algorithm>
#include <cmath>

namespace lifereel {
namespace {

/// Tasks in turn, each as many chunks as it can make within `seconds`; fewer tasks than wanted, or
/// chunks left, where that does not go.
std::vector<FarmTask> ranges_within(double seconds, const ChunkPlan& plan, int tasks,
                                    std::int64_t warmup, const FarmSpeeds& speeds) {
  const std::int64_t chunks = plan.count();
  std::vector<FarmTask> shared;
  std::int64_t begin = 0;
  for (int task = 0; task < tasks; ++task) {
    const std::int64_t most = chunks - begin - (tasks - task - 1);  // one for each of the others
    const double way = static_cast<double>(warmup + plan.begin(begin)) / speeds.engine;
    const double frames = (seconds - way) * speeds.render * (1 + 1e-12);
    auto length = static_cast<std::int64_t>(std::clamp(
        frames / static_cast<double>(plan.chunk_frames), 0.0, static_cast<double>(most)));
    // The film's last chunk has a length of its own.
    const auto takes = [&](std::int64_t count) {
      return task_seconds(plan, {begin, begin + count}, warmup, speeds) <= seconds * (1 + 1e-12);
    };
    while (length < most && takes(length + 1)) ++length;
    while (length > 0 && !takes(length)) --length;
    if (length == 0) break;
    shared.push_back({begin, begin + length});
    begin += length;
  }
  return shared;
}

}  // namespace

double task_seconds(const ChunkPlan& plan, const FarmTask& task, std::int64_t warmup,
                    const FarmSpeeds& speeds) {
  const std::int64_t begin = plan.begin(task.first);
  const std::int64_t end = task.end == plan.count() ? plan.frames : plan.begin(task.end);
  return static_cast<double>(warmup + begin) / speeds.engine +
         static_cast<double>(end - begin) / speeds.render;
}

double seconds_together(const ChunkPlan& plan, const std::vector<FarmTask>& tasks,
                        std::int64_t warmup, const FarmSpeeds& speeds) {
  double longest = 0;
  for (const FarmTask& task : tasks)
    longest = std::max(longest, task_seconds(plan, task, warmup, speeds));
  return longest;
}

std::vector<FarmTask> shrinking_ranges(const ChunkPlan& plan, int tasks, std::int64_t warmup,
                                       const FarmSpeeds& speeds) {
  const auto is_whole = [&](const std::vector<FarmTask>& shared) {
    return static_cast<int>(shared.size()) == tasks && shared.back().end == plan.count();
  };
  double too_short = 0;
  double enough = static_cast<double>(warmup + plan.frames) / speeds.engine +
                  static_cast<double>(plan.frames) / speeds.render;
  for (int halving = 0; halving < 60; ++halving) {
    const double seconds = (too_short + enough) / 2;
    (is_whole(ranges_within(seconds, plan, tasks, warmup, speeds)) ? enough : too_short) = seconds;
  }
  return ranges_within(enough, plan, tasks, warmup, speeds);
}

std::vector<FarmTask> equal_ranges(const ChunkPlan& plan, int tasks) {
  const std::int64_t chunks = plan.count();
  std::vector<FarmTask> shared;
  for (std::int64_t task = 0; task < tasks; ++task)
    shared.push_back({chunks * task / tasks, chunks * (task + 1) / tasks});
  return shared;
}

}  // namespace lifereel
