// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lifereel {

/// SHA-256 (FIPS 180-4) of `size` bytes, in lower-case hexadecimal.
std::string sha256_hex(const void* data, std::size_t size);

}  // namespace lifereel
