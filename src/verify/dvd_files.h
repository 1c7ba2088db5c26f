// SPDX-License-Identifier: GPL-2.0-or-later
// Where the files of a DVD-Video are. Private to src/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/image/spanned_file.h"

namespace lifereel {

/// Those in VIDEO_TS, of a folder or of an image.
class DvdFiles {
 public:
  static constexpr const char* manager_name = "VIDEO_TS.IFO";

  /// Whether a path is that of a folder, or of an image of a disc.
  static bool is_disc(const std::string& path);

  /// Throws std::runtime_error where there is no DVD-Video: a data disc has none.
  explicit DvdFiles(const std::string& path);

  bool image() const noexcept { return image_; }
  const std::string& label() const noexcept { return label_; }  ///< of an image
  std::int64_t total_bytes() const noexcept { return total_bytes_; }
  /// nullptr where none has this name, as "VTS_01_0.IFO".
  const SpannedFile* find(const std::string& name) const;
  /// A title set's VOBs of titles, from 1 on, one behind the other.
  SpannedFile title_vobs(int title_set) const;
  /// Files that are there.
  const std::map<std::string, SpannedFile>& all() const noexcept { return files_; }

  /// What is wrong with an image's file systems: both should show the same files at the same
  /// places, and both copies of a table should not be near each other.
  std::vector<std::string> faults() const { return faults_; }

  static std::string title_set_file(int title_set, int number, const char* extension);

 private:
  void read_folder(const std::string& path);
  void read_image(const std::string& path);

  bool image_ = false;
  std::string label_;
  std::map<std::string, SpannedFile> files_;
  std::vector<std::string> faults_;
  std::int64_t total_bytes_ = 0;
};

}  // namespace lifereel
