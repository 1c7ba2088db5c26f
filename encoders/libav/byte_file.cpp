// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/libav/byte_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace lifereel {
namespace {

[[noreturn]] void throw_unreadable(const std::string& path, const std::string& why) {
  throw std::runtime_error("cannot read '" + path + "': " + why);
}

}  // namespace

ByteFile::ByteFile(const std::string& path) : path_(path) {
  // A pipe without a writer is not waited for.
  fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) throw_unreadable(path, std::generic_category().message(errno));
  struct stat status {};
  if (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd_);
    throw_unreadable(path, "it is no regular file");
  }
}

ByteFile::~ByteFile() { close(fd_); }

std::int64_t ByteFile::size() const {
  struct stat status {};
  if (fstat(fd_, &status) != 0) throw_unreadable(path_, std::generic_category().message(errno));
  return status.st_size;
}

bool ByteFile::read(std::int64_t place, std::span<std::uint8_t> to) const {
  while (!to.empty()) {
    const ssize_t taken = pread(fd_, to.data(), to.size(), static_cast<off_t>(place));
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) throw_unreadable(path_, std::generic_category().message(errno));
    if (taken == 0) return false;
    to = to.subspan(static_cast<std::size_t>(taken));
    place += taken;
  }
  return true;
}

bool ByteFile::read_all(std::int64_t begin, std::int64_t end, const Take& take) const {
  std::vector<std::uint8_t> piece(
      static_cast<std::size_t>(std::clamp<std::int64_t>(end - begin, 0, piece_bytes)));
  while (begin < end) {
    const std::span<std::uint8_t> part(
        piece.data(), static_cast<std::size_t>(std::min<std::int64_t>(end - begin, piece_bytes)));
    if (!read(begin, part)) return false;
    take(part);
    begin += static_cast<std::int64_t>(part.size());
  }
  return true;
}

}  // namespace lifereel
