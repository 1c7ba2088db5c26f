// SPDX-License-Identifier: GPL-2.0-or-later
// What a file system in an image has. Private to src/.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace lifereel {

/// What a file system tells is not possible, or not there.
struct DamagedImage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ImageExtent {
  std::int64_t begin = 0, bytes = 0;  ///< in the image

  bool operator==(const ImageExtent&) const = default;
};

struct ImageFile {
  std::string path;  ///< from the root, "VIDEO_TS/VTS_01_1.VOB"
  std::int64_t bytes = 0;
  std::vector<ImageExtent> extents;  ///< in order; none is empty, and neighbours are joined

  void add(ImageExtent extent);
};

struct ImageTree {
  std::string label;
  std::vector<ImageFile> files;  ///< in the order of their paths
  std::vector<std::string> folders;

  /// Where dates are in the image, which say when it was made.
  struct Date {
    enum class Form {
      record,  ///< 7 bytes of ISO 9660, in a folder
      digits,  ///< 17 bytes of ISO 9660, in the volume's descriptor
      stamp,   ///< 12 bytes of UDF
    };
    Form form = Form::record;
    std::int64_t place = 0;
  };
  std::vector<Date> dates;
  /// UDF's descriptors, of which a date is a part, and which have a checksum.
  std::vector<std::int64_t> descriptors;
  /// UDF's names of the set of volumes, each 128 bytes.
  std::vector<std::int64_t> set_names;

  const ImageFile* find(const std::string& path) const;
  void sort();
};

}  // namespace lifereel
