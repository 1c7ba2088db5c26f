// SPDX-License-Identifier: GPL-2.0-or-later
// Who makes which chunks, and how long it takes.
#pragma once

#include <cstdint>
#include <vector>

#include "encoders/chunk_plan.h"
#include "src/farm.h"

namespace lifereel {

/// Frames a second of one machine.
struct FarmSpeeds {
  double engine = 0;  ///< passing frames
  double render = 0;
};

/// Note: [Scale] A task that begins b frames into the universe and renders l of them takes
/// b / s + l / e seconds, s being the speed of the engine that passes and e that of rendering.
/// Where all tasks start at once and are to end together, each has 1 - e / s times the frames of
/// the one before, and the film of F frames takes T = (F / s) / (1 - (1 - e / s)^M) on M machines:
/// never less than F / s. That is worth it where e is a small part of s.
double task_seconds(const ChunkPlan& plan, const FarmTask& task, std::int64_t warmup,
                    const FarmSpeeds& speeds);

/// The longest task's.
double seconds_together(const ChunkPlan& plan, const std::vector<FarmTask>& tasks,
                        std::int64_t warmup, const FarmSpeeds& speeds);

/// So many tasks, 1 to plan.count(), of at least a chunk each, that are done first when they start
/// together.
std::vector<FarmTask> shrinking_ranges(const ChunkPlan& plan, int tasks, std::int64_t warmup,
                                       const FarmSpeeds& speeds);

/// Differing by a chunk at most.
std::vector<FarmTask> equal_ranges(const ChunkPlan& plan, int tasks);

}  // namespace lifereel
