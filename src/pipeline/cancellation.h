// SPDX-License-Identifier: GPL-2.0-or-later
// Flags by which a job is asked to end (job_control.h).
#pragma once

#include <atomic>

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

}  // namespace lifereel
