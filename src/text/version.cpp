// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/version.h"

namespace lifereel {

const char* version() noexcept { return LIFEREEL_VERSION; }

}  // namespace lifereel
