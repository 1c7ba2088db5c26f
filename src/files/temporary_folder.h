// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <string>

namespace lifereel {

/// A folder that goes away with what is in it.
class TemporaryFolder {
 public:
  /// In `parent`, or where the system keeps temporary files when that is empty. `name` is followed
  /// by letters of its own. Throws std::runtime_error.
  TemporaryFolder(const std::string& parent, const std::string& name);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace lifereel
