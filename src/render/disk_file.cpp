// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/disk_file.h"

#include <sys/stat.h>

#include <cerrno>

#include "encoders/text/errno_text.h"

namespace lifereel {

void fail_to(const std::string& what, const std::string& path) {
  const int error = errno;
  throw FileError("cannot " + what + " '" + path + "': " + errno_text(error), error);
}

namespace {

// A pipe of that name would be waited for.
std::FILE* open_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode)) {
    errno = EINVAL;
    return nullptr;
  }
  return std::fopen(path.c_str(), "rbe");
}

}  // namespace

FileReader::FileReader(const std::string& path) : path_(path), file_(open_file(path)) {
  if (file_ == nullptr && errno != ENOENT && errno != ENOTDIR) fail_to("read", path);
}

FileReader::~FileReader() {
  if (file_ != nullptr) std::fclose(file_);
}

std::uint64_t FileReader::size() const {
  struct stat status {};
  if (fstat(fileno(file_), &status) != 0) fail_to("read", path_);
  return static_cast<std::uint64_t>(status.st_size);
}

std::size_t FileReader::read(void* bytes, std::size_t size) {
  errno = 0;
  const std::size_t got = std::fread(bytes, 1, size, file_);
  if (got < size && std::ferror(file_) != 0) fail_to("read", path_);
  return got;
}

void FileReader::skip_to(std::uint64_t place) {
  if (fseeko(file_, static_cast<off_t>(place), SEEK_SET) != 0) fail_to("read", path_);
}

std::optional<std::string> read_file(const std::string& path) {
  FileReader file(path);
  if (!file.is_there()) return std::nullopt;
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  text.resize(file.read(text.data(), text.size()));
  return text;
}

}  // namespace lifereel
