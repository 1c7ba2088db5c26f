// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/version.h"

#include <string_view>

namespace lifereel {
namespace {

#define LIFEREEL_TEXT(number) #number
#define LIFEREEL_DOTTED(major, minor, patch) \
  LIFEREEL_TEXT(major) "." LIFEREEL_TEXT(minor) "." LIFEREEL_TEXT(patch)
static_assert(std::string_view(LIFEREEL_VERSION) == LIFEREEL_DOTTED(LIFEREEL_VERSION_MAJOR,
                                                                    LIFEREEL_VERSION_MINOR,
                                                                    LIFEREEL_VERSION_PATCH),
              "src/version.h and CMakeLists.txt name different releases");

#undef LIFEREEL_DOTTED
#undef LIFEREEL_TEXT

}  // namespace

const char* version() noexcept { return LIFEREEL_VERSION; }

}  // namespace lifereel
