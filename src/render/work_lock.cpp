// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/work_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "encoders/finished_file.h"
#include "encoders/text/errno_text.h"
#include "src/render/disk_file.h"

namespace lifereel {
namespace {

/// Of flock(): the file system, or what it is reached by, has no locks.
bool knows_no_locks(int error) noexcept {
  return error == ENOSYS || error == EOPNOTSUPP || error == EINVAL || error == ENOLCK ||
         error == EPERM;
}

}  // namespace

WorkLock::WorkLock(const std::string& folder) : path_(folder + "/lock") {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (mkdir(folder.c_str(), 0777) != 0) {
      if (errno != EEXIST) fail_to("make the folder", folder);
    } else if (!flush_folder_of(folder)) {
      fail_to("flush the folder of", folder);
    }
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0 && errno == ENOENT) continue;  // whoever finished has just removed the folder
    if (fd_ < 0) fail_to("write", path_);
    locked_ = flock(fd_, LOCK_EX | LOCK_NB) == 0;
    if (!locked_ && !knows_no_locks(errno)) {
      const bool busy = errno == EWOULDBLOCK;
      const std::string text = errno_text();
      close(fd_);
      if (busy)
        throw std::invalid_argument("another process is rendering this film: '" + folder +
                                    "' is in use; wait for it, or stop it");
      throw std::runtime_error("cannot lock '" + path_ + "': " + text +
                               "; resume = off needs no working files");
    }
    // Whoever held it may have removed it meanwhile.
    struct stat locked {
    }, named{};
    if (fstat(fd_, &locked) == 0 && stat(path_.c_str(), &named) == 0 &&
        locked.st_ino == named.st_ino && locked.st_dev == named.st_dev)
      return;
    close(fd_);
  }
  throw std::runtime_error("cannot lock '" + path_ + "': it keeps disappearing");
}

WorkLock::~WorkLock() { close(fd_); }

}  // namespace lifereel
