// SPDX-License-Identifier: GPL-2.0-or-later
// What a probe measures with.
#pragma once

#include <time.h>

#include <chrono>

namespace lifereel {

using ProbeClock = std::chrono::steady_clock;

inline double since(ProbeClock::time_point start) {
  return std::chrono::duration<double>(ProbeClock::now() - start).count();
}

inline double process_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace lifereel
