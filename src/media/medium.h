// SPDX-License-Identifier: GPL-2.0-or-later
// Discs to burn, and what fits on them. Private to src/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lifereel {

/// What every disc is read and written in.
inline constexpr std::int64_t disc_sector_bytes = 2048;

constexpr std::int64_t disc_sectors(std::int64_t bytes) {
  return (bytes + disc_sector_bytes - 1) / disc_sector_bytes;
}

struct Medium {
  std::string name;         ///< as settings have it, "dvd+r"
  std::string description;  ///< "DVD+R"
  std::int64_t sectors;     ///< that an image may have

  std::int64_t bytes() const noexcept { return sectors * disc_sector_bytes; }
};

/// From the smallest to the largest. "dvd" is either kind of DVD: as large as the smaller one.
const std::vector<Medium>& media();

/// nullptr where none has this name.
const Medium* find_medium(std::string_view name);

/// One of media(), or one of the size that is given: "400MB", "4.37 GiB", "700000000". Throws
/// std::invalid_argument for what is neither, with the nearest name.
Medium parse_medium(std::string_view text);

/// Those on which an image fits, as a list: "DVD-R, DVD+R or BD-R"; empty where there is none.
std::string fitting_media(std::int64_t image_bytes);

}  // namespace lifereel
