// SPDX-License-Identifier: GPL-2.0-or-later
// Files that come on a disc. Private to src/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lifereel {

struct DiscContents {
  struct File {
    std::string name;  ///< on the disc, "VIDEO_TS/VTS_01_1.VOB"
    std::string path;
    std::int64_t bytes = 0;
  };
  std::vector<File> files;
  std::vector<std::string> folders;

  std::int64_t bytes() const;
};

/// Which names and files a disc can hold.
struct DiscLimits {
  std::int64_t largest_file_bytes;
  int deepest_folder;  ///< below the root
  bool video;          ///< VIDEO_TS and AUDIO_TS are taken
};
DiscLimits dvd_video_limits();
DiscLimits data_disc_limits();

/// All that is in a folder. Throws std::invalid_argument for what is not there, and for what a disc
/// cannot hold: links, devices and pipes, names that are too long or not UTF-8, folders too deep,
/// files too large.
DiscContents list_contents(const std::string& folder, const DiscLimits& limits);

/// Throws std::invalid_argument where a file's own name is none that a disc takes.
void check_disc_name(const std::string& path);

/// Throws std::invalid_argument where two names differ in nothing but case, which some readers do
/// not see, or are the same.
void check_names(const DiscContents& contents);

}  // namespace lifereel
