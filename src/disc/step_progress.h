// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <functional>
#include <string>

#include "src/job_control.h"

namespace lifereel {

/// What is done of a step, 0 to 1.
using TellShare = std::function<void(double)>;

/// Tells whoever controls the job, who outlives it; empty where nobody asks.
inline TellShare tell_step(const JobControl& control, const std::string& step) {
  if (!control.progress) return {};
  return [&control, step, meter = FrameMeter()](double share) {
    JobProgress progress = meter.measure(0, 0);
    progress.step = step;
    progress.share = share;
    control.progress(progress);
  };
}

}  // namespace lifereel
