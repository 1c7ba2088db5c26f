// SPDX-License-Identifier: GPL-2.0-or-later
// Which release this is.
#pragma once

#include "sim/language.h"

/// The headers' release, for the preprocessor.
#define LIFEREEL_VERSION_MAJOR 0
#define LIFEREEL_VERSION_MINOR 1
#define LIFEREEL_VERSION_PATCH 0

/// #if LIFEREEL_VERSION_AT_LEAST(0, 2, 0)
#define LIFEREEL_VERSION_AT_LEAST(major, minor, patch)                                          \
  (LIFEREEL_VERSION_MAJOR * 1000000 + LIFEREEL_VERSION_MINOR * 1000 + LIFEREEL_VERSION_PATCH >= \
   (major)*1000000 + (minor)*1000 + (patch))

namespace [[gnu::visibility("default")]] lifereel {

/// The library's release, "0.1.0"; with a shared library it may be newer than the headers'.
const char* version() noexcept;

}  // namespace lifereel
