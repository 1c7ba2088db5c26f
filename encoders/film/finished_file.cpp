// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/finished_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "encoders/text/errno_text.h"

namespace lifereel {
namespace {

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool is_stream(const struct stat& status) {
  return S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode);
}

int rename_without_replacing(const std::string& from, const std::string& to) noexcept {
#if defined(RENAME_NOREPLACE)
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != ENOSYS && errno != EINVAL) return errno;
#endif
  // Some file systems know no such rename; a hard link refuses to replace as well.
  if (link(from.c_str(), to.c_str()) == 0) {
    unlink(from.c_str());
    return 0;
  }
  if (errno == EEXIST) return EEXIST;
  // Nor hard links (FAT and the like): the best that is left.
  if (access(to.c_str(), F_OK) == 0) return EEXIST;
  return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

std::string random_suffix() {
  static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device source;
  std::uniform_int_distribution<std::size_t> pick(0, sizeof letters - 2);
  std::string suffix;
  for (int i = 0; i < 6; ++i) suffix += letters[pick(source)];
  return suffix;
}

}  // namespace

void FinishedFile::check_path(const std::string& path, bool overwrite) {
  if (path == "-") return;
  if (path.empty()) throw std::invalid_argument("no output file is named; give one with --output");
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode))
      throw std::invalid_argument("'" + path + "' is a folder; name a file in it");
    if (is_stream(status)) return;
    if (!S_ISREG(status.st_mode))
      throw std::invalid_argument("'" + path + "' is no regular file; name another output file");
    if (!overwrite)
      throw std::invalid_argument("'" + path + "' exists; name another file or allow --overwrite");
  } else if (lstat(path.c_str(), &status) == 0) {
    throw std::invalid_argument("'" + path +
                                "' is a link to nothing; remove it or name another file");
  } else if (errno != ENOENT && errno != ENOTDIR) {
    throw std::invalid_argument("cannot write '" + path + "': " + errno_text(errno));
  }
  if (path.back() == '/')
    throw std::invalid_argument("'" + path + "' names a folder; name a file in it");
  const std::string folder = folder_of(path);
  if (stat(folder.c_str(), &status) != 0)
    throw std::invalid_argument("cannot write '" + path + "': the folder '" + folder +
                                "': " + errno_text(errno));
  if (!S_ISDIR(status.st_mode))
    throw std::invalid_argument("cannot write '" + path + "': '" + folder + "' is not a folder");
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw std::invalid_argument("cannot write '" + path + "': the folder '" + folder +
                                "': " + errno_text(errno));
}

void write_text_file(const std::string& path, bool overwrite, const std::string& text) {
  FinishedFile file(path, overwrite);
  file.try_write(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  file.check_written();
  file.finish();
}

bool flush_folder_of(const std::string& path) {
  const int folder = open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return true;
  // File systems that cannot flush a folder say EINVAL; there is nothing better to do there.
  const bool failed = fsync(folder) != 0 && errno == EIO;
  close(folder);
  return !failed;
}

bool is_same_file(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  if (a.empty() || b.empty()) return false;
  std::error_code ignored;
  return fs::equivalent(a, b, ignored) || fs::weakly_canonical(fs::absolute(a), ignored) ==
                                              fs::weakly_canonical(fs::absolute(b), ignored);
}

std::string FinishedFile::real_path(const std::string& path) {
  struct stat status {};
  if (path == "-") return {};
  if (stat(path.c_str(), &status) != 0) return path;
  if (is_stream(status)) return {};
  // A rename would replace a symbolic link instead of the file behind it.
  std::error_code ignored;
  const std::filesystem::path real = std::filesystem::canonical(path, ignored);
  return ignored ? path : real.string();
}

FinishedFile::FinishedFile(const std::string& path, bool overwrite,
                           const std::string& temporary_path)
    : path_(path), overwrite_(overwrite) {
  check_path(path, overwrite);
  const std::string real = real_path(path);
  if (real.empty()) {
    in_place_ = true;
    fd_ = path == "-" ? STDOUT_FILENO : open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd_ < 0)
      throw std::runtime_error("cannot open '" + path + "' for writing: " + errno_text(errno));
    return;
  }
  path_ = real;
  if (!temporary_path.empty()) {
    temporary_path_ = temporary_path;
    fd_ = open(temporary_path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  }
  for (int attempt = 0; temporary_path.empty() && attempt < 100 && fd_ < 0; ++attempt) {
    temporary_path_ = path_ + ".part-" + random_suffix();
    fd_ = open(temporary_path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ < 0 && errno != EEXIST) break;
  }
  if (fd_ < 0) {
    const int error = errno;
    temporary_path_.clear();
    throw std::runtime_error("cannot make a file in the folder '" +
                             folder_of(temporary_path.empty() ? path_ : temporary_path) +
                             "': " + errno_text(error));
  }
}

FinishedFile::~FinishedFile() { discard(); }

void FinishedFile::discard() noexcept {
  if (fd_ >= 0 && fd_ != STDOUT_FILENO) close(fd_);
  fd_ = -1;
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

int FinishedFile::try_write(const std::uint8_t* data, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t taken = ::write(fd_, data, size);
    if (taken < 0) {
      if (errno == EINTR) continue;
      if (error_ == 0) error_ = errno;
      return errno;
    }
    data += taken;
    size -= static_cast<std::size_t>(taken);
    written_ += taken;
  }
  return 0;
}

void FinishedFile::check_written() const {
  if (error_ != 0)
    throw std::runtime_error("cannot write '" + path_ + "': " + errno_text(error_) +
                             "; the file was not kept");
}

std::int64_t FinishedFile::try_seek(std::int64_t offset, int whence) noexcept {
  const off_t place = lseek(fd_, static_cast<off_t>(offset), whence);
  if (place >= 0) return place;
  // A muxer that goes back to complete its header may not ask whether it got there.
  if (error_ == 0) error_ = errno;
  return -errno;
}

std::int64_t FinishedFile::size_bytes() const noexcept {
  struct stat status {};
  if (in_place_ || fstat(fd_, &status) != 0) return written_;
  return status.st_size;
}

std::int64_t FinishedFile::finish(const std::function<void()>& before_naming) {
  check_written();
  const std::int64_t size = size_bytes();
  if (in_place_) {
    if (fd_ != STDOUT_FILENO && close(std::exchange(fd_, -1)) != 0)
      throw std::runtime_error("cannot write '" + path_ + "': " + errno_text(errno));
    return size;
  }
  if (fsync(fd_) != 0)
    throw std::runtime_error("cannot flush '" + path_ + "' to disk: " + errno_text(errno));
  if (close(std::exchange(fd_, -1)) != 0)
    throw std::runtime_error("cannot close '" + path_ + "': " + errno_text(errno));

  if (before_naming) before_naming();

  int error = 0;
  if (overwrite_)
    error = rename(temporary_path_.c_str(), path_.c_str()) == 0 ? 0 : errno;
  else
    error = rename_without_replacing(temporary_path_, path_);
  if (error == EEXIST)
    throw std::runtime_error("'" + path_ +
                             "' has appeared while the file was written; it was left as it is");
  if (error != 0)
    throw std::runtime_error("cannot give '" + path_ + "' its name: " + errno_text(error));
  temporary_path_.clear();

  if (!flush_folder_of(path_))
    throw FinishedWithError(
        "'" + path_ +
        "' is finished, but its folder cannot be flushed to disk: " + errno_text(EIO));
  return size;
}

}  // namespace lifereel
