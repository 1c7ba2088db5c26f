// SPDX-License-Identifier: GPL-2.0-or-later
// The header of a pack (ISO/IEC 13818-1 2.5.3.3): when it arrives, and at what rate. Internal to
// encoders/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace lifereel {

/// What a DVD is read in: a pack each.
inline constexpr std::int64_t sector_bytes = 2048;

/// The last byte of the start codes of a program stream.
inline constexpr std::uint8_t program_end_code = 0xB9;
inline constexpr std::uint8_t pack_code = 0xBA;
inline constexpr std::uint8_t system_header_code = 0xBB;
inline constexpr std::uint8_t private_stream_1 = 0xBD;
inline constexpr std::uint8_t padding_stream = 0xBE;
inline constexpr std::uint8_t private_stream_2 = 0xBF;
inline constexpr std::uint8_t first_video_stream = 0xE0;

/// The first byte of AC-3 in a private stream 1.
inline constexpr std::uint8_t first_ac3_substream = 0x80;

struct PackHeader {
  static constexpr std::size_t bytes = 14;  ///< without stuffing

  std::int64_t scr_base_90khz = 0;  ///< below clock_wrap_90khz
  int scr_extension = 0;            ///< ticks of 27 MHz, below ticks_per_90khz
  std::int64_t mux_rate = 0;        ///< 50 bytes per second
  int stuffing_bytes = 0;           ///< behind the header as it was read, 0..7

  /// The one of a pack that comes when one of so many bytes with this header has arrived, at a
  /// whole tick of 90 kHz.
  PackHeader after(std::int64_t pack_bytes) const noexcept;
  /// Start code and all, without stuffing.
  std::array<std::uint8_t, bytes> write() const noexcept;
};

/// Of the ten bytes behind the start code; std::nullopt for MPEG-1's.
std::optional<PackHeader> read_pack_header(std::span<const std::uint8_t, 10> fields) noexcept;

}  // namespace lifereel
