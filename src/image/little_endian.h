// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lifereel {

/// A number of `Bytes` bytes, the least first; those that would lie behind the end are 0.
template <std::size_t Bytes>
std::uint64_t little_endian(std::span<const std::uint8_t> data, std::size_t at) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < Bytes && at + i < data.size(); ++i)
    value |= std::uint64_t{data[at + i]} << (8 * i);
  return value;
}

}  // namespace lifereel
