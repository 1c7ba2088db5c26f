// SPDX-License-Identifier: GPL-2.0-or-later
// What all benchmarks measure with.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "src/job_control.h"
#include "src/pipeline/cancellation.h"

namespace lifereel {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Reports what is measured next. Throws Cancelled.
inline void announce(const JobControl& control, const std::string& what) {
  throw_if_cancelled(control.cancel);
  if (!control.progress) return;
  JobProgress progress;
  progress.measuring = what;
  control.progress(progress);
}

/// Of an even number the mean of the two in the middle.
inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace lifereel
