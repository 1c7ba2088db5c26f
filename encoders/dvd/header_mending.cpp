// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/header_mending.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "encoders/dvd/start_codes.h"

namespace lifereel {
namespace {

/// The most that is mended behind a start code.
constexpr std::size_t header_bytes = 8;

// Stated upwards, in units of 400 bit/s and 16 Kibit; the upper bits are in the extension.
std::uint32_t stated_rate(const HeaderMending::Buffer& buffer) {
  return static_cast<std::uint32_t>((buffer.maxrate + 399) / 400);
}
std::uint32_t stated_size(const HeaderMending::Buffer& buffer) {
  return static_cast<std::uint32_t>((buffer.bufsize + 16383) / 16384);
}

void mend_sequence(std::uint8_t* unit, const HeaderMending& mending) {
  if (!mending.buffer) return;
  const std::uint32_t rate = stated_rate(*mending.buffer), size = stated_size(*mending.buffer);
  // After sizes, aspect and frame rate: 18 bits of rate, marker, 10 bits of buffer.
  unit[4] = static_cast<std::uint8_t>(rate >> 10);
  unit[5] = static_cast<std::uint8_t>(rate >> 2);
  unit[6] = static_cast<std::uint8_t>((rate & 3) << 6 | 0x20 | (size >> 5 & 0x1F));
  unit[7] = static_cast<std::uint8_t>((size & 0x1F) << 3 | (unit[7] & 0x07));
}

void mend_extension(std::uint8_t* unit, const HeaderMending& mending) {
  if (mending.clear_progressive_sequence) unit[1] = static_cast<std::uint8_t>(unit[1] & ~0x08);
  if (!mending.buffer) return;
  const std::uint32_t rate = stated_rate(*mending.buffer), size = stated_size(*mending.buffer);
  // Profile, level, progressive, chroma, sizes' upper bits: 19 bits; 12 of rate, marker, 8 of
  // buffer.
  unit[2] = static_cast<std::uint8_t>((unit[2] & 0xE0) | (rate >> 25 & 0x1F));
  unit[3] = static_cast<std::uint8_t>((rate >> 18 & 0x7F) << 1 | 1);
  unit[4] = static_cast<std::uint8_t>(size >> 10);
}

void mend_group(std::uint8_t* unit, const HeaderMending& mending) {
  if (!mending.place) return;
  // Counted in whole frames a second, none dropped, and over again after a day.
  const auto [frame, frames_per_second] = *mending.place;
  const std::int64_t rate =
      (frames_per_second.num + frames_per_second.den / 2) / frames_per_second.den;
  const auto hours = static_cast<std::uint32_t>(frame / (rate * 3600) % 24);
  const auto minutes = static_cast<std::uint32_t>(frame / (rate * 60) % 60);
  const auto seconds = static_cast<std::uint32_t>(frame / rate % 60);
  const auto pictures = static_cast<std::uint32_t>(frame % rate);
  // drop_frame_flag 0, hours 5 bits, minutes 6, marker 1, seconds 6, pictures 6; what follows stays
  const std::uint32_t code = hours << 19 | minutes << 13 | 1u << 12 | seconds << 6 | pictures;
  unit[0] = static_cast<std::uint8_t>(code >> 17);
  unit[1] = static_cast<std::uint8_t>(code >> 9);
  unit[2] = static_cast<std::uint8_t>(code >> 1);
  unit[3] = static_cast<std::uint8_t>((code & 1) << 7 | (unit[3] & 0x7F));
}

}  // namespace

void mend_headers(AVPacket& packet, const HeaderMending& mending) {
  const auto size = static_cast<std::size_t>(packet.size);
  for (std::size_t at = next_start_code({packet.data, size}, 0); at < size;
       at = next_start_code({packet.data, size}, at + 4)) {
    const std::uint8_t code = packet.data[at + 3];
    if (code <= last_slice_code) return;  // the headers end with the first picture
    if (at + 4 + header_bytes > size) return;
    check(av_packet_make_writable(&packet), "av_packet_make_writable");
    std::uint8_t* const unit = packet.data + at + 4;
    if (code == sequence_code) mend_sequence(unit, mending);
    if (code == extension_code && unit[0] >> 4 == sequence_extension) mend_extension(unit, mending);
    if (code == group_code) mend_group(unit, mending);
  }
}

void append_sequence_end(AVPacket& packet) {
  constexpr std::uint8_t unit[sequence_end_bytes] = {0, 0, 1, sequence_end_code};
  check(av_grow_packet(&packet, sequence_end_bytes), "av_grow_packet");
  check(av_packet_make_writable(&packet), "av_packet_make_writable");
  std::copy(std::begin(unit), std::end(unit), packet.data + packet.size - sequence_end_bytes);
}

}  // namespace lifereel
