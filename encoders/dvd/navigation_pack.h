// SPDX-License-Identifier: GPL-2.0-or-later
// One navigation pack of an authored disc: what a player needs to play its object unit and to
// search from it. Private to lifereel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lifereel {

struct NavigationPack {
  std::int64_t scr_base_90khz = 0;  ///< as the data search information has it
  /// Its own sector in the title's VOBs, as each of both packets has it.
  std::int64_t control_sector = 0, search_sector = 0;
  std::int64_t unit_sectors = 0;  ///< from it to its unit's last
  /// First sectors after the first pictures that others are made from; from its own.
  std::array<std::int64_t, 3> reference_ends{};
  std::int64_t begin_90khz = 0, end_90khz = 0;  ///< of the pictures of its unit, as they are shown
  int vob = 0, cell = 0;
  /// Sectors to other units, ahead positive, back negative, where there is one.
  std::optional<std::int64_t> next, previous;
  std::vector<std::int64_t> searches;  ///< to all other units that it knows
  /// Sectors to the pack of the first sound that is heard with its pictures; none: there is none.
  std::optional<std::int64_t> first_sound;
};

/// Of one sector; nothing where that is no such pack.
std::optional<NavigationPack> read_navigation_pack(std::span<const std::uint8_t> sector);

}  // namespace lifereel
