// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/files/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace lifereel {

TemporaryFolder::TemporaryFolder(const std::string& parent, const std::string& name) {
  std::error_code missing;
  const std::filesystem::path where = parent.empty() ? std::filesystem::temp_directory_path(missing)
                                                     : std::filesystem::path(parent);
  if (missing)
    throw std::runtime_error(
        "the folder for temporary files (the variable TMPDIR, else /tmp) is no folder: set TMPDIR "
        "to one that may be written");
  path_ = (where / (name + "-XXXXXX")).string();
  if (mkdtemp(path_.data()) == nullptr)
    throw std::runtime_error("cannot make a folder in '" + where.string() +
                             "': " + std::strerror(errno));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace lifereel
