// SPDX-License-Identifier: GPL-2.0-or-later
// The byte after 00 00 01 in MPEG-2 video (ISO/IEC 13818-2, table 6-1). Internal to encoders/.
#pragma once

#include <cstdint>

namespace lifereel {

inline constexpr std::uint8_t picture_code = 0x00;
inline constexpr std::uint8_t last_slice_code = 0xAF;
inline constexpr std::uint8_t user_data_code = 0xB2;
inline constexpr std::uint8_t sequence_code = 0xB3;
inline constexpr std::uint8_t extension_code = 0xB5;
inline constexpr std::uint8_t group_code = 0xB8;

}  // namespace lifereel
