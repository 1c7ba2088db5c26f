// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace lifereel {

/// A folder that goes away with what is in it.
class TemporaryFolder {
 public:
  /// In `parent`, or where the system keeps temporary files when that is empty. Throws
  /// std::runtime_error.
  explicit TemporaryFolder(const std::string& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace lifereel
