// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/media/image_size.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

#include "src/media/medium.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

/// Tables of UDF, its descriptors' end and 150 sectors more, which genisoimage puts behind all.
constexpr std::int64_t sectors_before_folders = 259, sectors_behind_files = 151;
/// A table and its backup are at least that far apart from what follows.
constexpr std::int64_t least_set_sectors = 32;
/// dvdauthor begins another VOB there.
constexpr std::int64_t authored_vob_bytes = (std::int64_t{1} << 30) - 16 * disc_sector_bytes;

constexpr std::int64_t round_up(std::int64_t value, std::int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// Folders, each with the names in it.
class Folders {
 public:
  Folders() { names_[""]; }

  void add(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
    if (!folder.empty() && !names_.contains(folder)) add(folder), names_[folder];
    names_[folder].push_back(path.substr(slash == std::string::npos ? 0 : slash + 1));
  }
  void add_folder(const std::string& path) { add(path), names_[path]; }

  /// Of every folder in UDF, with its entry.
  std::int64_t udf_sectors() const {
    std::int64_t sectors = 0;
    for (const auto& [folder, names] : names_) {
      std::int64_t bytes = 40;  // its parent
      for (const std::string& name : names)
        bytes += round_up(39 + static_cast<std::int64_t>(name.size()), 4);
      sectors += 1 + disc_sectors(bytes);
    }
    return sectors;
  }

  /// Of every folder in ISO 9660; `beside` are bytes that each name has there besides.
  std::int64_t iso_sectors(std::int64_t beside) const {
    std::int64_t sectors = 0;
    for (const auto& [folder, names] : names_) {
      std::int64_t bytes = 2 * 34 + (beside > 0 ? 4 * beside : 0);  // itself and its parent
      for (const std::string& name : names) {
        const std::int64_t record =
            round_up(33 + std::min<std::int64_t>(33, static_cast<std::int64_t>(name.size()) + 2),
                     2) +
            (beside > 0 ? beside + 2 * static_cast<std::int64_t>(name.size()) : 0);
        if (bytes % disc_sector_bytes + record > disc_sector_bytes)
          bytes = round_up(bytes, disc_sector_bytes);
        bytes += record;
      }
      sectors += disc_sectors(bytes);
    }
    return sectors;
  }

  /// Of one table of paths; such tables have an even number of sectors.
  std::int64_t path_table_sectors() const {
    std::int64_t bytes = 0;
    for (const auto& [folder, names] : names_) {
      const auto name = static_cast<std::int64_t>(folder.size() - (folder.rfind('/') + 1));
      bytes += round_up(8 + std::max<std::int64_t>(1, name), 2);
    }
    return round_up(disc_sectors(bytes), 2);
  }

  std::int64_t count() const { return static_cast<std::int64_t>(names_.size()); }

 private:
  std::map<std::string, std::vector<std::string>> names_;
};

/// Of VTS_nn_0.IFO.
std::int64_t title_tables_sectors(const ImageTitle& title, bool leads_on) {
  const auto seconds = static_cast<std::int64_t>(title.seconds);
  constexpr std::int64_t most_entries = 2040;
  const std::int64_t unit = std::max<std::int64_t>(1, (seconds + most_entries - 1) / most_entries);
  const std::int64_t chapters = title.chapters;
  const std::int64_t chain = 16 + 236 + (leads_on ? 16 : 0) + round_up(chapters, 2) + 28 * chapters;
  return 1 + disc_sectors(12 + 4 * chapters) + disc_sectors(chain) +
         disc_sectors(16 + 4 * (seconds / unit)) + disc_sectors(8 + 12 * chapters) +
         disc_sectors(4 + 4 * title.object_units);
}

/// Of VIDEO_TS.IFO, with the empty menus that lead from title to title.
std::int64_t manager_sectors(std::int64_t titles) {
  const std::int64_t plain = 1 + disc_sectors(8 + 12 * titles) + disc_sectors(8 + 0x30C * titles);
  if (titles == 1) return plain;
  const std::int64_t menus = titles - 1;
  return plain + disc_sectors(24 + 8 * menus + menus * (236 + 16)) + 2;
}

}  // namespace

std::int64_t dvd_video_image_bytes(const std::vector<ImageTitle>& titles,
                                   const std::vector<ImageItem>& extras) {
  Folders folders;
  folders.add_folder("AUDIO_TS");
  std::int64_t entries = 2;  // one for each file
  std::int64_t files =
      std::max(least_set_sectors, 2 * manager_sectors(static_cast<std::int64_t>(titles.size())));
  folders.add("VIDEO_TS/VIDEO_TS.IFO");
  folders.add("VIDEO_TS/VIDEO_TS.BUP");
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const std::int64_t vob = disc_sectors(titles[i].bytes);
    files += std::max(least_set_sectors,
                      vob + 2 * title_tables_sectors(titles[i], i + 1 < titles.size()));
    const std::int64_t vobs = (titles[i].bytes + authored_vob_bytes - 1) / authored_vob_bytes;
    for (const char* extension : {"IFO", "BUP"})
      folders.add(format("VIDEO_TS/VTS_%02zu_0.%s", i + 1, extension));
    for (std::int64_t number = 1; number <= vobs; ++number)
      folders.add(format("VIDEO_TS/VTS_%02zu_%lld.VOB", i + 1, static_cast<long long>(number)));
    entries += 2 + vobs;
  }
  for (const ImageItem& extra : extras) {
    folders.add(extra.name);
    files += disc_sectors(extra.bytes);
    ++entries;
  }
  return disc_sector_bytes *
         (sectors_before_folders + folders.udf_sectors() + entries +
          2 * folders.path_table_sectors() + folders.iso_sectors(0) + files + sectors_behind_files);
}

std::int64_t data_image_bytes(const std::vector<ImageItem>& files) {
  Folders folders;
  std::int64_t sectors = 0;
  for (const ImageItem& file : files) {
    folders.add(file.name);
    sectors += disc_sectors(file.bytes);
  }
  constexpr std::int64_t descriptors = 24, padding = 150;
  constexpr std::int64_t rock_ridge_bytes = 130;
  return disc_sector_bytes * (sectors + descriptors + padding + 4 * folders.path_table_sectors() +
                              2 * folders.iso_sectors(rock_ridge_bytes) + folders.count());
}

}  // namespace lifereel
