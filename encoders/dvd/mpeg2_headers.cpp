// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/mpeg2_headers.h"

#include <array>

#include "encoders/dvd/start_codes.h"

namespace lifereel {
namespace {

constexpr std::size_t sequence_bytes = 8;
constexpr std::size_t extension_bytes = 6;

Mpeg2Sequence read_sequence(std::span<const std::uint8_t> unit) {
  Mpeg2Sequence sequence;
  sequence.width = unit[0] << 4 | unit[1] >> 4;
  sequence.height = (unit[1] & 15) << 8 | unit[2];
  sequence.aspect_code = unit[3] >> 4;
  sequence.frames_per_second = mpeg2_frame_rate(unit[3] & 15);
  // In units of 400 bits per second and of 16 Kibit.
  sequence.bit_rate = std::int64_t{400} * (unit[4] << 10 | unit[5] << 2 | unit[6] >> 6);
  sequence.buffer_bits = std::int64_t{16384} * ((unit[6] & 31) << 5 | unit[7] >> 3);
  return sequence;
}

/// Upper bits of what the header has, and factors of the frame rate.
void read_extension(std::span<const std::uint8_t> unit, Mpeg2Sequence& sequence) {
  sequence.extended = true;
  sequence.profile_and_level = (unit[0] & 15) << 4 | unit[1] >> 4;
  sequence.progressive = (unit[1] & 8) != 0;
  sequence.chroma_format = unit[1] >> 1 & 3;
  sequence.width |= (unit[1] & 1) << 13 | (unit[2] >> 7) << 12;
  sequence.height |= (unit[2] >> 5 & 3) << 12;
  sequence.bit_rate += std::int64_t{400} * ((unit[2] & 31) << 7 | unit[3] >> 1) << 18;
  sequence.buffer_bits += std::int64_t{16384} * (unit[4] << 10);
  sequence.low_delay = unit[5] >> 7 != 0;
  sequence.frames_per_second.num *= (unit[5] >> 5 & 3) + 1;
  sequence.frames_per_second.den *= (unit[5] & 31) + 1;
}

}  // namespace

Rational mpeg2_frame_rate(int code) noexcept {
  constexpr std::array<Rational, 9> rates = {{{0, 1},
                                              {24000, 1001},
                                              {24, 1},
                                              {25, 1},
                                              {30000, 1001},
                                              {30, 1},
                                              {50, 1},
                                              {60000, 1001},
                                              {60, 1}}};
  const auto index = static_cast<std::size_t>(code);
  return rates[index < rates.size() ? index : 0];
}

Mpeg2Headers read_mpeg2_headers(std::span<const std::uint8_t> data) {
  Mpeg2Headers headers;
  for (std::size_t at = next_start_code(data, 0); at < data.size();
       at = next_start_code(data, at + 4)) {
    const std::uint8_t code = data[at + 3];
    const std::span<const std::uint8_t> unit = data.subspan(at + 4);
    if (code == picture_code) {
      headers.picture = true;
    } else if (code <= last_slice_code) {
      break;
    } else if (code == group_code) {
      headers.group = true;
    } else if (code == sequence_code && !headers.sequence && unit.size() >= sequence_bytes) {
      headers.sequence = read_sequence(unit);
    } else if (code == extension_code && headers.sequence && !headers.sequence->extended &&
               unit.size() >= extension_bytes && unit[0] >> 4 == sequence_extension) {
      read_extension(unit, *headers.sequence);
    }
  }
  return headers;
}

}  // namespace lifereel
