// SPDX-License-Identifier: GPL-2.0-or-later
// What lifereel throws beside the standard library's exceptions. Every what() is one sentence for
// the user.
//
//   std::invalid_argument   the request is invalid; nothing was begun
//   Cancelled               the caller cancelled it
//   CancelledWhenFinished   likewise, but the file is complete; derived from Cancelled
//   FinishedWithError       the file is complete, but something beside it failed
//   FinishedUnnamed         the file is complete, but not where it should be
//   FileError               the system refused a call on a file
//   TryAgain                of a film on many machines (farm.h): the same may succeed later
//   std::runtime_error      the disk, libav or a device failed; base of the six above
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "encoders/finished_file.h"  // FileError, FinishedWithError, FinishedUnnamed
#include "sim/cancelled.h"           // Cancelled

namespace [[gnu::visibility("default")]] lifereel {

/// The film is complete and has its name; what was requested beside it is not.
struct CancelledWhenFinished : Cancelled {
  using Cancelled::Cancelled;
};

/// The same call may succeed later, or on another machine: no space was left, a file went stale,
/// something is not there yet. Whatever was whole is kept.
struct TryAgain : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A film cannot be joined before these tasks have run, again or for the first time.
struct TasksMissing : TryAgain {
  TasksMissing(const std::string& what, std::vector<int> missing)
      : TryAgain(what), tasks(std::move(missing)) {}
  std::vector<int> tasks;  ///< in order
};

}  // namespace lifereel
