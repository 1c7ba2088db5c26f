// SPDX-License-Identifier: GPL-2.0-or-later
// What lifereel throws beside the standard library's exceptions. Every what() is one sentence for
// the user.
//
//   std::invalid_argument   the request is invalid; nothing was begun
//   Cancelled               the caller cancelled it
//   CancelledWhenFinished   likewise, but the file is complete; derived from Cancelled
//   FinishedWithError       the file is complete, but something beside it failed
//   FinishedUnnamed         the file is complete, but not where it should be
//   std::runtime_error      the disk, libav or a device failed; base of the four above
#pragma once

#include "encoders/finished_file.h"  // FinishedWithError, FinishedUnnamed
#include "sim/cancelled.h"           // Cancelled

namespace [[gnu::visibility("default")]] lifereel {

/// The film is complete and has its name; what was requested beside it is not.
struct CancelledWhenFinished : Cancelled {
  using Cancelled::Cancelled;
};

}  // namespace lifereel
