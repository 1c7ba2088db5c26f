// SPDX-License-Identifier: GPL-2.0-or-later
// How large an image will be, before there is one. Private to src/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lifereel {

/// A file beside a film, or on a data disc; folders are those in its name.
struct ImageItem {
  std::string name;  ///< from the root, "notes/about.txt"
  std::int64_t bytes = 0;
};

/// A film that becomes a title of a DVD-Video, which is as large there as before.
struct ImageTitle {
  std::int64_t bytes = 0;
  double seconds = 0;
  std::int64_t object_units = 0;  ///< navigation packs: one every half a second or so
  int chapters = 1;
};

/// Bytes of the image that dvdauthor and genisoimage make of them, to the sector, where names are
/// ASCII; of other names it may be a few sectors more or less. Empty folders are left out.
std::int64_t dvd_video_image_bytes(const std::vector<ImageTitle>& titles,
                                   const std::vector<ImageItem>& extras = {});

/// At most so many bytes has the image that xorrisofs makes of them, and hardly less.
std::int64_t data_image_bytes(const std::vector<ImageItem>& files);

}  // namespace lifereel
