// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/pack_header.h"

#include "encoders/dvd/stream_clock.h"

namespace lifereel {

PackHeader PackHeader::after(std::int64_t pack_bytes) const noexcept {
  const std::int64_t takes = (pack_bytes * ticks_per_unit_rate + mux_rate - 1) / mux_rate;
  const std::int64_t ticks = scr_extension + takes;
  const std::int64_t whole = (ticks + ticks_per_90khz - 1) / ticks_per_90khz;
  return {(scr_base_90khz + whole) % clock_wrap_90khz, 0, mux_rate, 0};
}

std::array<std::uint8_t, PackHeader::bytes> PackHeader::write() const noexcept {
  const auto base = static_cast<std::uint64_t>(scr_base_90khz);
  const auto extension = static_cast<std::uint64_t>(scr_extension);
  const auto rate = static_cast<std::uint64_t>(mux_rate);
  const auto byte = [](std::uint64_t value) { return static_cast<std::uint8_t>(value & 0xFF); };
  return {0,
          0,
          1,
          0xBA,
          byte(0x44 | (base >> 30 & 7) << 3 | (base >> 28 & 3)),
          byte(base >> 20),
          byte((base >> 15 & 31) << 3 | 4 | (base >> 13 & 3)),
          byte(base >> 5),
          byte((base & 31) << 3 | 4 | extension >> 7),
          byte(extension << 1 | 1),
          byte(rate >> 14),
          byte(rate >> 6),
          byte(rate << 2 | 3),
          byte(0xF8 | static_cast<std::uint64_t>(stuffing_bytes))};
}

std::optional<PackHeader> read_pack_header(std::span<const std::uint8_t, 10> fields) noexcept {
  if (fields[0] >> 6 != 1) return {};
  PackHeader header;
  header.scr_base_90khz = static_cast<std::int64_t>(fields[0] >> 3 & 7) << 30 |
                          static_cast<std::int64_t>(fields[0] & 3) << 28 | fields[1] << 20 |
                          (fields[2] >> 3) << 15 | (fields[2] & 3) << 13 | fields[3] << 5 |
                          fields[4] >> 3;
  header.scr_extension = (fields[4] & 3) << 7 | fields[5] >> 1;
  header.mux_rate = fields[6] << 14 | fields[7] << 6 | fields[8] >> 2;
  header.stuffing_bytes = fields[9] & 7;
  return header;
}

}  // namespace lifereel
