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

#include <stdexcept>
#include <string>

#include "encoders/finished_file.h"  // FinishedWithError, FinishedUnnamed

namespace [[gnu::visibility("default")]] lifereel {

/// Thrown when work ended because its caller cancelled it; nothing that looks finished is left
/// behind, unless it is CancelledWhenFinished.
struct Cancelled : std::runtime_error {
  explicit Cancelled(const std::string& sentence = "the render was cancelled; no film was written")
      : std::runtime_error(sentence) {}
};

/// The film is complete and has its name; what was requested beside it is not.
struct CancelledWhenFinished : Cancelled {
  using Cancelled::Cancelled;
};

}  // namespace lifereel
