// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace lifereel {

/// A folder of working files, made where it is missing, for one process alone: flock on its file
/// "lock". It goes with the process, however that ends. The file stays. Where the file system
/// knows no locks, nothing keeps processes apart.
class WorkLock {
 public:
  /// Throws std::invalid_argument when another process has it, std::runtime_error when the folder
  /// cannot be made or locked.
  explicit WorkLock(const std::string& folder);
  ~WorkLock();
  WorkLock(const WorkLock&) = delete;
  WorkLock& operator=(const WorkLock&) = delete;

  bool is_locked() const noexcept { return locked_; }

 private:
  const std::string path_;
  int fd_ = -1;
  bool locked_ = true;
};

}  // namespace lifereel
