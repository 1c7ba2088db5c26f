// SPDX-License-Identifier: GPL-2.0-or-later
// Start codes of MPEG-2 video: 00 00 01 and a byte that says what follows (ISO/IEC 13818-2, table
// 6-1). Internal to encoders/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lifereel {

inline constexpr std::uint8_t picture_code = 0x00;
inline constexpr std::uint8_t last_slice_code = 0xAF;
inline constexpr std::uint8_t user_data_code = 0xB2;
inline constexpr std::uint8_t sequence_code = 0xB3;
inline constexpr std::uint8_t extension_code = 0xB5;
inline constexpr std::uint8_t sequence_end_code = 0xB7;
inline constexpr std::uint8_t group_code = 0xB8;

/// The upper half of an extension's first byte.
inline constexpr int sequence_extension = 1;

/// Offset of the next whole start code at or after `from`, or the size.
inline std::size_t next_start_code(std::span<const std::uint8_t> data, std::size_t from) noexcept {
  for (std::size_t i = from; i + 4 <= data.size(); ++i)
    if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1) return i;
  return data.size();
}

}  // namespace lifereel
