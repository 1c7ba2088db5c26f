// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/disc_sector.h"

#include <cstddef>

#include "encoders/dvd/big_endian.h"
#include "encoders/dvd/pack_header.h"

namespace lifereel {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t last_ac3_substream = 0x87;
/// That a DVD may have beside these (ISO/IEC 13818-1 table 2-22): MPEG audio.
constexpr std::uint8_t first_audio_stream = 0xC0, last_audio_stream = 0xC7;
constexpr std::size_t packet_head = 6, elementary_head = 3;
constexpr std::size_t ac3_head = 4;  // number, frames, place of the first

bool is_known(std::uint8_t code) {
  return code == system_header_code || code == private_stream_1 || code == padding_stream ||
         code == private_stream_2 || code == first_video_stream ||
         (code >= first_audio_stream && code <= last_audio_stream);
}

/// What a packet of an elementary stream holds; nothing where its header is no such.
Bytes elementary(Bytes body) {
  if (body.size() < elementary_head || body[0] >> 6 != 2) return {};
  const std::size_t head = elementary_head + body[2];
  return head <= body.size() ? body.subspan(head) : Bytes();
}

/// The presentation time in the header of such a packet.
std::optional<std::int64_t> time_of(Bytes body) {
  constexpr std::uint8_t has_time = 0x80;
  if ((body[1] & has_time) == 0 || body[2] < 5 || body.size() < elementary_head + 5)
    return std::nullopt;
  const Bytes time = body.subspan(elementary_head);
  return static_cast<std::int64_t>(time[0] >> 1 & 7) << 30 | time[1] << 22 | (time[2] >> 1) << 15 |
         time[3] << 7 | time[4] >> 1;
}

void see_packet(std::uint8_t code, Bytes body, DiscSector& sector) {
  if (code == private_stream_2) sector.kind = DiscSector::Kind::navigation;
  if (code != first_video_stream && code != private_stream_1) return;
  const Bytes payload = elementary(body);
  if (payload.empty()) {
    sector.fault = "has a packet without a header of MPEG-2";
    return;
  }
  if (!sector.time_90khz) sector.time_90khz = time_of(body);
  if (code == first_video_stream) {
    sector.kind = DiscSector::Kind::video;
    sector.payload = payload;
  } else if (payload[0] >= first_ac3_substream && payload[0] <= last_ac3_substream) {
    sector.kind = DiscSector::Kind::ac3;
    sector.stream = payload[0] - first_ac3_substream;
    sector.payload = payload.size() > ac3_head ? payload.subspan(ac3_head) : Bytes();
  }
}

}  // namespace

DiscSector read_disc_sector(Bytes data) {
  DiscSector sector;
  if (big_endian<4>(data, 0) != (0x100u | pack_code)) {
    sector.fault = "does not begin with a pack";
    return sector;
  }
  const auto header = read_pack_header(data.subspan<4, 10>());
  if (!header) {
    sector.fault = "has a pack of MPEG-1";
    return sector;
  }
  sector.scr_base_90khz = header->scr_base_90khz;
  std::size_t at = PackHeader::bytes + static_cast<std::size_t>(header->stuffing_bytes);
  while (at < data.size() && sector.fault.empty()) {
    const std::uint32_t code = big_endian<4>(data, at);
    const std::size_t length = big_endian<2>(data, at + 4);
    if (code >> 8 != 1 || !is_known(static_cast<std::uint8_t>(code))) {
      sector.fault = "has something in its pack that is no packet of a disc";
    } else if (at + packet_head + length > data.size()) {
      sector.fault = "has a packet that does not end in it";
    } else {
      see_packet(static_cast<std::uint8_t>(code), data.subspan(at + packet_head, length), sector);
      at += packet_head + length;
    }
  }
  return sector;
}

}  // namespace lifereel
