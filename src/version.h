// SPDX-License-Identifier: GPL-2.0-or-later
// Which release this is.
#pragma once

#include "sim/language.h"

/// The headers' release, for the preprocessor.
#define LIFEREEL_VERSION_MAJOR 0
#define LIFEREEL_VERSION_MINOR 1
#define LIFEREEL_VERSION_PATCH 0

namespace [[gnu::visibility("default")]] lifereel {

/// The library's release, "0.1.0"; with a shared library it may be newer than the headers'.
const char* version() noexcept;

}  // namespace lifereel
