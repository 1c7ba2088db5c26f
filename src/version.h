// SPDX-License-Identifier: GPL-2.0-or-later
// Which release this is.
#pragma once

namespace [[gnu::visibility("default")]] lifereel {

/// The library's release, "0.1.0".
const char* version() noexcept;

}  // namespace lifereel
