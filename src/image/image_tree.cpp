// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/image/image_tree.h"

#include <algorithm>

namespace lifereel {

void ImageFile::add(ImageExtent extent) {
  bytes += extent.bytes;
  if (extent.bytes <= 0) return;
  if (!extents.empty() && extents.back().begin + extents.back().bytes == extent.begin)
    extents.back().bytes += extent.bytes;
  else
    extents.push_back(extent);
}

const ImageFile* ImageTree::find(const std::string& path) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const ImageFile& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

void ImageTree::sort() {
  std::sort(files.begin(), files.end(),
            [](const ImageFile& a, const ImageFile& b) { return a.path < b.path; });
  std::sort(folders.begin(), folders.end());
}

}  // namespace lifereel
