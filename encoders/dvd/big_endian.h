// SPDX-License-Identifier: GPL-2.0-or-later
// Private to lifereel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lifereel {

/// A number of `Bytes` bytes, the greatest first; those that would lie behind the end are 0.
template <std::size_t Bytes>
std::uint32_t big_endian(std::span<const std::uint8_t> data, std::size_t at) noexcept {
  static_assert(Bytes <= 4);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < Bytes; ++i)
    value = value << 8 | (at + i < data.size() ? data[at + i] : 0u);
  return value;
}

}  // namespace lifereel
