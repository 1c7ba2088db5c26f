// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdexcept>
#include <string>

#include "language.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Thrown when work ended because its caller cancelled it; nothing that looks finished is left
/// behind, unless it is CancelledWhenFinished.
struct Cancelled : std::runtime_error {
  explicit Cancelled(const std::string& sentence = "the render was cancelled; no film was written")
      : std::runtime_error(sentence) {}
};

}  // namespace lifereel
