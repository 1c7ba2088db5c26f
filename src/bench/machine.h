// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace lifereel {

/// Of this machine; 0 where the system does not say.
std::uint64_t free_memory_bytes();

}  // namespace lifereel
