// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/files/free_space.h"

#include <sys/statvfs.h>

namespace lifereel {

std::optional<double> free_space(const std::string& folder) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0 || disk.f_blocks == 0) return std::nullopt;
  return static_cast<double>(disk.f_bavail) *
         static_cast<double>(disk.f_frsize != 0 ? disk.f_frsize : disk.f_bsize);
}

}  // namespace lifereel
