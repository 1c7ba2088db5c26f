// SPDX-License-Identifier: GPL-2.0-or-later
// What lifereel throws beside the standard library's exceptions. Every what() is one sentence for
// the user.
//
//   std::invalid_argument   what was asked for cannot be done; nothing was begun
//   Cancelled               it was asked to end
//   CancelledWhenFinished   likewise, but the file is there, whole; a Cancelled, too
//   FinishedWithError       the file is there, whole, but something beside it failed
//   std::runtime_error      the disk, libav or a device failed; the three above are such, too
#pragma once

#include <stdexcept>
#include <string>

#include "encoders/finished_file.h"  // FinishedWithError

namespace [[gnu::visibility("default")]] lifereel {

/// Thrown when work ended because it was asked to; nothing that looks finished is left behind,
/// unless it is CancelledWhenFinished.
struct Cancelled : std::runtime_error {
  explicit Cancelled(const std::string& sentence = "the render was cancelled; no film was written")
      : std::runtime_error(sentence) {}
};

/// The film is finished and has its name; what was asked for beside it was not made to the end.
struct CancelledWhenFinished : Cancelled {
  using Cancelled::Cancelled;
};

}  // namespace lifereel
