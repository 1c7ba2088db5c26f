// SPDX-License-Identifier: GPL-2.0-or-later
// A farm without films: machines that take tasks as some engine hands them out, walk from the
// nearest start state, render chunk after chunk, fail, and are slow.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "encoders/chunk_plan.h"
#include "src/farm/ranges.h"

namespace lifereel::test {

struct ModelledFarm {
  ChunkPlan plan;
  FarmSpeeds speeds;                ///< of a machine as it should be
  double overhead = 2;              ///< seconds, of every run of a task
  double mean_seconds_to_fail = 0;  ///< of a run; 0: none fails
  double stragglers = 0;            ///< part of the machines that are half as fast
  bool start_states = true;         ///< are left and found
  std::uint64_t seed = 1;
};

struct ModelledRun {
  double seconds = 0;       ///< until the film's last chunk is there
  double busy_seconds = 0;  ///< of all machines
  int runs = 0;             ///< of tasks
};

inline ModelledRun model(const ModelledFarm& farm, const std::vector<FarmTask>& tasks,
                         int machines) {
  constexpr double never = std::numeric_limits<double>::infinity();
  std::mt19937_64 random(farm.seed);
  const auto part = [&random] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  struct Machine {
    double free_at = 0, slowness = 1;
  };
  std::vector<Machine> all(static_cast<std::size_t>(machines));
  for (Machine& machine : all)
    if (part() < farm.stragglers) machine.slowness = 2;
  std::vector<double> left_at(tasks.size(), never);  // the state before each task
  left_at[0] = 0;
  struct Progress {
    double place = 0;  // that a run has come to, in frames; its state is there
    std::int64_t chunks = 0;
  };
  std::vector<Progress> progress(tasks.size());
  std::set<std::pair<double, std::size_t>> waiting;  // by when they can be run
  for (std::size_t task = 0; task < tasks.size(); ++task) waiting.emplace(0, task);
  const auto begin_of = [&](std::size_t task) {
    return static_cast<double>(farm.plan.begin(tasks[task].first));
  };

  ModelledRun result;
  while (!waiting.empty()) {
    Machine& machine =
        *std::min_element(all.begin(), all.end(),
                          [](const Machine& a, const Machine& b) { return a.free_at < b.free_at; });
    double now = std::max(machine.free_at, waiting.begin()->first);
    // Engines hand out the lowest number of those that wait.
    auto next = waiting.begin();
    for (auto at = waiting.begin(); at != waiting.end() && at->first <= now; ++at)
      if (at->second < next->second) next = at;
    const std::size_t task = next->second;
    waiting.erase(next);
    ++result.runs;
    const double begun = now;
    const double fails_at = farm.mean_seconds_to_fail > 0
                                ? begun - farm.mean_seconds_to_fail * std::log1p(-part())
                                : never;
    now += farm.overhead;
    Progress& own = progress[task];
    const double goal = std::max(
        begin_of(task), static_cast<double>(farm.plan.begin(tasks[task].first + own.chunks)));
    const double pass = farm.speeds.engine / machine.slowness;
    const double render = farm.speeds.render / machine.slowness;
    double place = farm.start_states ? own.place : 0;
    for (std::size_t at = 0; place < goal;) {  // at: the last task's begin on the way
      std::size_t state = task;
      while (state > at && !(farm.start_states && left_at[state] <= now)) --state;
      place = std::max(place, begin_of(state));
      for (at = state; at < task && begin_of(at + 1) <= place;) ++at;
      const double stop = at < task ? std::min(goal, begin_of(at + 1)) : goal;
      if (stop <= place) break;
      const double reaches = place + (fails_at - now) * pass;
      if (reaches < stop) {
        place = std::max(place, reaches);
        now = fails_at;
        break;
      }
      now += (stop - place) / pass;
      place = stop;
    }
    if (place >= goal) left_at[task] = std::min(left_at[task], now);
    bool failed = now >= fails_at;
    while (!failed && tasks[task].first + own.chunks < tasks[task].end) {
      const std::int64_t chunk = tasks[task].first + own.chunks;
      const double seconds = static_cast<double>(farm.plan.length(chunk)) / render;
      failed = now + seconds > fails_at;
      now = std::min(now + seconds, fails_at);
      if (failed) break;
      ++own.chunks;
      place = static_cast<double>(farm.plan.begin(chunk) + farm.plan.length(chunk));
    }
    own.place = place;
    if (!failed && task + 1 < tasks.size()) left_at[task + 1] = std::min(left_at[task + 1], now);
    if (failed) waiting.emplace(now, task);
    machine.free_at = now;
    result.busy_seconds += now - begun;
    result.seconds = std::max(result.seconds, now);
  }
  return result;
}

/// Note: [Scale], of so many machines.
inline double shrinking_seconds(double frames, const FarmSpeeds& speeds, int machines) {
  return frames / speeds.engine / (1 - std::pow(1 - speeds.render / speeds.engine, machines));
}

/// The least that start states could come to: the universe once, or all pictures shared evenly.
inline double least_seconds(double frames, const FarmSpeeds& speeds, int machines) {
  return std::max(frames / speeds.engine, frames / speeds.render / machines);
}

}  // namespace lifereel::test
