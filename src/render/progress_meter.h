// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "src/job_control.h"
#include "src/pipeline.h"
#include "src/render/render_sink.h"

namespace lifereel {

/// Turns what the pipeline counts into what people watch.
class ProgressMeter {
 public:
  ProgressMeter(std::int64_t frames_total, double film_frames_per_second, const RenderSink& sink)
      : frames_total_(frames_total), film_frames_per_second_(film_frames_per_second), sink_(sink) {}

  JobProgress measure(const PipelineStatistics& now);

 private:
  static constexpr std::size_t samples_kept = 25;  // about five seconds

  std::int64_t frames_total_;
  double film_frames_per_second_;
  const RenderSink& sink_;
  std::deque<PipelineStatistics> samples_;
};

}  // namespace lifereel
