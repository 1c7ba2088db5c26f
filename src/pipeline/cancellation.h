// SPDX-License-Identifier: GPL-2.0-or-later
// Flags by which a job is asked to end (job_control.h).
#pragma once

#include <atomic>

#include "sim/engine.h"
#include "src/errors.h"

namespace lifereel {

/// A flag that nobody has given, nullptr, is never set.
inline bool is_set(const std::atomic<bool>* flag) noexcept {
  return flag != nullptr && flag->load(std::memory_order_relaxed);
}

/// Throws Cancelled, with `sentence` if there is one, when the job was asked to end.
template <class... Sentence>
void throw_if_cancelled(const std::atomic<bool>* cancel, const Sentence&... sentence) {
  if (is_set(cancel)) throw Cancelled(sentence...);
}

/// As long as it lives, the flag cancels an engine's steps, too.
class CancellableSteps {
 public:
  CancellableSteps(Engine& engine, const std::atomic<bool>* cancel) noexcept : engine_(engine) {
    engine.cancel_steps(cancel);
  }
  ~CancellableSteps() { engine_.cancel_steps(nullptr); }
  CancellableSteps(const CancellableSteps&) = delete;
  CancellableSteps& operator=(const CancellableSteps&) = delete;

 private:
  Engine& engine_;
};

}  // namespace lifereel
