// SPDX-License-Identifier: GPL-2.0-or-later
// Ctrl-C and its like: the first asks the job to end cleanly; a second one, at least half a second
// later, ends the program at once, or another one that it waits for, and then a third does.
#pragma once

#include <atomic>

namespace lifereel::cli {

/// SIGINT, SIGTERM and SIGHUP set the flag that is returned; SIGPIPE is ignored, so that a closed
/// pipe is an error where it is written.
const std::atomic<bool>& catch_signals();

/// The signal that came, or 0. Not 0 for whoever has seen the flag set.
int caught_signal() noexcept;

}  // namespace lifereel::cli
