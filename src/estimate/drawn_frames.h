// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <exception>

#include "sim/engine.h"
#include "src/estimate/probe_clock.h"
#include "src/estimate/sample_pictures.h"
#include "src/job_control.h"
#include "src/pipeline/cancellation.h"

namespace lifereel {

struct EngineCost {
  double cpu = 0, wall = 0;  // a frame
  StageTimes stages;
};

/// Frames of an engine, each kept, as many as there is time for. The first is not counted where
/// others are: it makes tables.
class DrawnFrames {
 public:
  DrawnFrames(Engine& engine, SamplePictures& pictures) : engine_(engine), pictures_(pictures) {}
  // Pictures still being written must land before their memory goes.
  ~DrawnFrames() {
    try {
      for (; finished_ < begun_; ++finished_) engine_.finish_draw();
    } catch (const std::exception&) {
      // It has failed already.
    }
  }
  DrawnFrames(const DrawnFrames&) = delete;
  DrawnFrames& operator=(const DrawnFrames&) = delete;

  EngineCost draw(int frames, double seconds, const JobControl& control) {
    const CancellableSteps cancellable(engine_, control.cancel);
    begin();
    while (begun_ < frames) {
      throw_if_cancelled(control.cancel);
      if (begun_ >= std::min(frames, fewest_frames) && since(start_) > seconds) break;
      if (begun_ - finished_ == engine_.draws_in_flight()) finish_one();
      engine_.step();
      engine_.begin_draw(pictures_.target(begun_++));
      if (begun_ == 1 && frames > 1) {
        finish_one();
        begin();
      }
    }
    while (finished_ < begun_) finish_one();
    return cost(1.0 / std::max(1, begun_ - first_));
  }

 private:
  static constexpr int fewest_frames = 8;  // however slow

  void begin() {
    start_ = ProbeClock::now();
    cpu_ = process_cpu_seconds();
    stages_ = engine_.stage_times();
    first_ = begun_;
    copying_ = copying_cpu_ = 0;
  }

  void finish_one() {
    engine_.finish_draw();
    ++finished_;
    const auto drawn = ProbeClock::now();
    const double cpu = process_cpu_seconds();
    pictures_.keep();
    copying_ += since(drawn);
    copying_cpu_ += process_cpu_seconds() - cpu;
  }

  EngineCost cost(double share) const {
    const StageTimes spent = engine_.stage_times() - stages_;
    EngineCost cost;
    cost.wall = std::max(0.0, since(start_) - copying_) * share;
    cost.cpu = std::max(0.0, process_cpu_seconds() - cpu_ - copying_cpu_) * share;
    cost.stages = {spent.step * share, spent.light * share, spent.glyphs * share,
                   spent.bend * share, spent.bloom * share, spent.tone * share};
    return cost;
  }

  Engine& engine_;
  SamplePictures& pictures_;
  int begun_ = 0, finished_ = 0;
  int first_ = 0;  // that is counted
  ProbeClock::time_point start_;
  double cpu_ = 0, copying_ = 0, copying_cpu_ = 0;
  StageTimes stages_;
};

}  // namespace lifereel
