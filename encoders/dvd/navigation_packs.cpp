// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/navigation_packs.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "encoders/dvd/pack_header.h"

namespace lifereel {
namespace {

using Sector = std::span<const std::uint8_t>;

// Start code, length and number.
constexpr std::size_t packet_header_bytes = 7;
// libavformat's system header has 24 bytes, and dvdauthor leaves it.
constexpr std::size_t control_place = PackHeader::bytes + 24;
constexpr std::size_t search_place = control_place + 6 + presentation_control_bytes;
static_assert(search_place + 6 + data_search_bytes == sector_bytes);

bool has_code(Sector sector, std::size_t place, std::uint8_t code) {
  return sector[place] == 0 && sector[place + 1] == 0 && sector[place + 2] == 1 &&
         sector[place + 3] == code;
}

bool is_filled(Sector sector, std::size_t packet, std::size_t bytes) {
  const Sector fields = sector.subspan(packet + packet_header_bytes, bytes - 1);
  return std::any_of(fields.begin(), fields.end(), [](std::uint8_t byte) { return byte != 0; });
}

}  // namespace

bool is_authored(const ByteFile& file, const std::function<bool()>& go_on) {
  std::int64_t packs = 0, filled = 0;
  file.read_all(0, file.size(), [&](std::span<const std::uint8_t> piece) {
    constexpr auto bytes = static_cast<std::size_t>(sector_bytes);
    static_assert(ByteFile::piece_bytes % bytes == 0);
    if (!go_on()) return;
    for (; piece.size() >= bytes; piece = piece.subspan(bytes)) {
      const Sector sector = piece.first(bytes);
      if (!has_code(sector, PackHeader::bytes, system_header_code) ||
          !has_code(sector, control_place, private_stream_2) ||
          !has_code(sector, search_place, private_stream_2))
        continue;
      ++packs;
      // Damage to one film's pack is hardly damage to both of its packets.
      if (is_filled(sector, control_place, presentation_control_bytes) &&
          is_filled(sector, search_place, data_search_bytes))
        ++filled;
    }
  });
  return filled > packs / 2;
}

}  // namespace lifereel
