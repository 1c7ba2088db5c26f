// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace lifereel {

/// A symbolic link of this path. Throws std::runtime_error.
inline void make_link(const std::string& to, const std::string& link) {
  std::error_code error;
  std::filesystem::create_symlink(to, link, error);
  if (error) throw std::runtime_error("cannot make the link '" + link + "': " + error.message());
}

}  // namespace lifereel
