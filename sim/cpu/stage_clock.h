// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>

#include "sim/engine.h"

namespace lifereel {

/// Tells the stages of a frame apart, on the thread that drives an engine: each lasts from where
/// the one before ended.
class StageClock {
 public:
  void begin() noexcept { last_ = Clock::now(); }
  void end(double StageTimes::*stage) noexcept {
    const Clock::time_point now = Clock::now();
    times_.*stage += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }
  const StageTimes& times() const noexcept { return times_; }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point last_;
  StageTimes times_;
};

}  // namespace lifereel
