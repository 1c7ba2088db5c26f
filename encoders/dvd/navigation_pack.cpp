// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/navigation_pack.h"

#include "encoders/dvd/big_endian.h"
#include "encoders/dvd/navigation_packs.h"
#include "encoders/dvd/pack_header.h"
#include "encoders/dvd/start_codes.h"

namespace lifereel {
namespace {

using Bytes = std::span<const std::uint8_t>;

// The packets' first bytes, and what stands at which byte of the sector.
constexpr std::size_t system_header = 14, control = 38, search = 1024;
constexpr std::size_t control_sector = 0x2D, control_begin = 0x39, control_end = 0x3D;
constexpr std::size_t search_scr = 0x407, search_sector = 0x40B, unit_end = 0x40F,
                      references = 0x413, vob_number = 0x41F, cell_number = 0x422,
                      next_video = 0x4F1, next_unit = 0x541, previous_unit = 0x545,
                      previous_video = 0x595, first_sound = 0x599;
constexpr std::size_t search_steps = 20;  // each way, of which the last is the next unit

bool has_packet(Bytes sector, std::size_t at, std::size_t bytes, std::uint8_t substream) {
  return big_endian<4>(sector, at) == (0x100u | private_stream_2) &&
         big_endian<2>(sector, at + 4) == bytes && sector[at + 6] == substream;
}

/// Sectors ahead; none where the field says that there are none.
std::optional<std::int64_t> distance(Bytes sector, std::size_t at) {
  constexpr std::uint32_t bits = 0x3FFFFFFF;
  const std::uint32_t value = big_endian<4>(sector, at) & bits;
  if (value == bits) return std::nullopt;
  return std::int64_t{value};
}

std::optional<std::int64_t> sound_distance(Bytes sector) {
  constexpr std::uint32_t bits = 0x3FFF, behind = 0x8000;
  const std::uint32_t value = big_endian<2>(sector, first_sound);
  if ((value & bits) == bits || (value & 0x7FFF) == 0) return std::nullopt;
  const auto sectors = static_cast<std::int64_t>(value & bits);
  return (value & behind) != 0 ? -sectors : sectors;
}

}  // namespace

std::optional<NavigationPack> read_navigation_pack(Bytes sector) {
  if (sector.size() != static_cast<std::size_t>(sector_bytes) ||
      big_endian<4>(sector, 0) != (0x100u | pack_code) ||
      big_endian<4>(sector, system_header) != (0x100u | system_header_code) ||
      !has_packet(sector, control, presentation_control_bytes, 0) ||
      !has_packet(sector, search, data_search_bytes, 1))
    return std::nullopt;
  const auto number = [sector](std::size_t at) { return std::int64_t{big_endian<4>(sector, at)}; };
  NavigationPack pack;
  pack.scr_base_90khz = number(search_scr);
  pack.control_sector = number(control_sector);
  pack.search_sector = number(search_sector);
  pack.unit_sectors = number(unit_end);
  for (std::size_t i = 0; i < pack.reference_ends.size(); ++i)
    pack.reference_ends[i] = number(references + 4 * i);
  pack.begin_90khz = number(control_begin);
  pack.end_90khz = number(control_end);
  pack.vob = static_cast<int>(big_endian<2>(sector, vob_number));
  pack.cell = static_cast<int>(big_endian<1>(sector, cell_number));
  pack.next = distance(sector, next_unit);
  pack.previous = distance(sector, previous_unit);
  if (pack.previous) pack.previous = -*pack.previous;
  for (std::size_t i = 0; i < search_steps; ++i) {
    if (const auto ahead = distance(sector, next_video + 4 * i)) pack.searches.push_back(*ahead);
    if (const auto back = distance(sector, previous_video - 4 * i)) pack.searches.push_back(-*back);
  }
  pack.first_sound = sound_distance(sector);
  return pack;
}

}  // namespace lifereel
