// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/finished_file.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
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
  if (errno == EEXIST) return EEXIST;
#endif
  // Some file systems know no such rename, and some sandboxes do not let it through; a hard link
  // refuses to replace as well.
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
  std::string suffix = ".part-";
  for (int i = 0; i < 6; ++i) suffix += letters[pick(source)];
  return suffix;
}

constexpr std::size_t suffix_bytes = 12;        // ".part-abcdef"; longer than ".lifereel"
constexpr std::size_t most_added_to_path = 64;  // ".lifereel/checkpoint-000012.part-abcdef"

/// One of a name of its own; -1 and errno where that fails.
int make_temporary(const std::string& path, mode_t mode, std::string& made) {
  int fd = -1;
  for (int attempt = 0; attempt < 100 && fd < 0; ++attempt) {
    made = path + random_suffix();
    fd = open(made.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 && errno != EEXIST) break;
  }
  return fd;
}

enum class Flush { done, not_supported, failed };

/// fsync(); errno when it failed.
Flush flush(int fd) noexcept {
  int result = 0;
  do {
    result = fsync(fd);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return Flush::done;
  const bool unknown = errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EROFS;
  return unknown ? Flush::not_supported : Flush::failed;
}

[[noreturn]] void refuse_path(const std::string& path, const std::string& why) {
  throw std::invalid_argument("cannot write '" + path + "': " + why);
}

void check_standard_output() {
  const int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
    throw std::invalid_argument(
        "standard output is closed, so no film can go there; redirect it, or name a file");
}

void check_length(const std::string& path, const std::string& folder) {
  const std::size_t name = std::filesystem::path(path).filename().string().size();
  const long most = pathconf(folder.c_str(), _PC_NAME_MAX);
  if (most > 0 && name + suffix_bytes > static_cast<std::size_t>(most))
    refuse_path(path, "its name has " + std::to_string(name) + " bytes, and here it may have " +
                          std::to_string(static_cast<std::size_t>(most) - suffix_bytes) +
                          ", for more are added while it is written; choose a shorter name");
  if (path.size() + most_added_to_path > PATH_MAX)
    refuse_path(path, "its path is too long; choose a shorter one, or work in its folder");
}

/// Of a file that is there: whether a finished one could take its name.
void check_replaceable(const std::string& path, const std::string& real) {
  struct statx status {};
  if (statx(AT_FDCWD, real.c_str(), 0, STATX_BASIC_STATS, &status) != 0) return;
  const auto attributes = status.stx_attributes & status.stx_attributes_mask;
#if defined(STATX_ATTR_MOUNT_ROOT)
  if ((attributes & STATX_ATTR_MOUNT_ROOT) != 0)
    refuse_path(path,
                "it is a mount point, which no finished file can replace; mount the folder it "
                "is in, or name another file");
#endif
  if ((attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0)
    refuse_path(path, "it is immutable or append-only (chattr); name another file");
  struct stat folder {};
  const uid_t user = geteuid();
  if (user != 0 && stat(folder_of(real).c_str(), &folder) == 0 && (folder.st_mode & S_ISVTX) != 0 &&
      folder.st_uid != user && status.stx_uid != user)
    refuse_path(path,
                "it is another user's, in a folder where only its owner may replace it; "
                "name another file");
}

}  // namespace

void FinishedFile::check_path(const std::string& path, bool overwrite) {
  if (path == "-") return check_standard_output();
  if (path.empty()) throw std::invalid_argument("no output file is named; set output = FILE");
  const std::string real = real_path(path);
  if (!real.empty()) check_length(real, folder_of(real));
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode))
      throw std::invalid_argument("'" + path + "' is a folder; name a file in it");
    if (is_stream(status)) return;
    if (!S_ISREG(status.st_mode))
      throw std::invalid_argument("'" + path + "' is no regular file; name another output file");
    if (!overwrite)
      throw std::invalid_argument("'" + path +
                                  "' exists; name another file or set overwrite = yes");
    check_replaceable(path, real);
  } else if (lstat(path.c_str(), &status) == 0) {
    throw std::invalid_argument("'" + path +
                                "' is a link to nothing; remove it or name another file");
  } else if (errno != ENOENT && errno != ENOTDIR) {
    refuse_path(path, errno_text(errno));
  }
  if (path.back() == '/')
    throw std::invalid_argument("'" + path + "' names a folder; name a file in it");
  const std::string folder = folder_of(real);
  if (stat(folder.c_str(), &status) != 0)
    refuse_path(path, "the folder '" + folder + "': " + errno_text(errno));
  if (!S_ISDIR(status.st_mode)) refuse_path(path, "'" + folder + "' is not a folder");
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    refuse_path(path, "the folder '" + folder + "': " + errno_text(errno));
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
  // There is nothing better to do where a file system cannot flush a folder.
  const bool failed = flush(folder) == Flush::failed && errno == EIO;
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
  open_temporary(temporary_path);
}

void FinishedFile::open_temporary(const std::string& wanted) {
  // What replaces a private file is private from the start.
  struct stat replaced {};
  const bool replaces = stat(path_.c_str(), &replaced) == 0;
  const mode_t mode = replaces ? (replaced.st_mode & 0666) | 0600 : 0666;
  temporary_path_ = wanted;
  fd_ = wanted.empty() ? make_temporary(path_, mode, temporary_path_)
                       : open(wanted.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd_ >= 0) return;
  const int error = errno;
  temporary_path_.clear();
  throw FileError("cannot make a file in the folder '" +
                      folder_of(wanted.empty() ? path_ : wanted) + "': " + errno_text(error),
                  error);
}

bool FinishedFile::try_out(const std::string& path) {
  const std::string real = real_path(path);
  if (real.empty()) return true;
  std::string name;
  const int fd = make_temporary(real, 0600, name);
  if (fd < 0)
    throw std::runtime_error("cannot make a file in the folder '" + folder_of(real) +
                             "': " + errno_text(errno));
  const bool written = ::write(fd, "", 1) == 1;
  const Flush flushed = written ? flush(fd) : Flush::failed;
  int error = flushed == Flush::failed ? errno : 0;
  close(fd);
  const std::string renamed = real + random_suffix();
  if (error == 0) error = rename(name.c_str(), renamed.c_str()) == 0 ? 0 : errno;
  unlink(error == 0 ? renamed.c_str() : name.c_str());
  if (error != 0)
    throw std::runtime_error("a file that was tried out in the folder '" + folder_of(real) +
                             "' cannot be written, flushed and renamed: " + errno_text(error));
  return flushed == Flush::done;
}

FinishedFile::~FinishedFile() { discard(); }

void FinishedFile::discard() noexcept {
  if (fd_ >= 0 && fd_ != STDOUT_FILENO) close(fd_);
  fd_ = -1;
  if (!temporary_path_.empty() && !kept_) unlink(temporary_path_.c_str());
}

int FinishedFile::try_write(const std::uint8_t* data, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t taken = ::write(fd_, data, size);
    if (taken < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {  // a pipe that whoever made it has set to non-blocking
        pollfd ready{fd_, POLLOUT, 0};
        poll(&ready, 1, -1);
        continue;
      }
      if (error_ == 0) error_ = errno;
      return errno;
    }
    data += taken;
    size -= static_cast<std::size_t>(taken);
    written_ += taken;
  }
  write_behind();
  return 0;
}

// Where it is not known, or fails, all is left to the flush at the end, which also tells of what
// went wrong on the disk: this call does not.
void FinishedFile::write_behind() noexcept {
#if defined(SYNC_FILE_RANGE_WRITE)
  constexpr std::int64_t step_bytes = 8 << 20;
  if (in_place_ || written_ - behind_ < step_bytes) return;
  behind_ = written_;
  constexpr off_t all = 0;
  sync_file_range(fd_, 0, all, SYNC_FILE_RANGE_WRITE);
#endif
}

void FinishedFile::check_written() const {
  if (error_ != 0)
    throw FileError(
        "cannot write '" + path_ + "': " + errno_text(error_) + "; the file was not kept", error_);
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
  pass_on_mode_and_owner();
  flush_and_close();
  if (before_naming) before_naming();
  const std::string whole = std::exchange(temporary_path_, {});
  give_name(whole, path_, overwrite_);
  return size;
}

void FinishedFile::pass_on_mode_and_owner() const noexcept {
  struct stat replaced {};
  if (!overwrite_ || stat(path_.c_str(), &replaced) != 0) return;
  // Where neither can be kept the file is no worse than a new one.
  if (fchown(fd_, replaced.st_uid, replaced.st_gid) != 0 &&
      fchown(fd_, static_cast<uid_t>(-1), replaced.st_gid) != 0)
    errno = 0;
  fchmod(fd_, replaced.st_mode & 0777);
}

void FinishedFile::flush_and_close() {
  const bool failed = flush(fd_) == Flush::failed;
  int error = failed ? errno : 0;
  const bool closed = close(std::exchange(fd_, -1)) == 0;
  if (!failed && closed) return;
  if (!failed) error = errno;
  kept_ = true;
  throw FileError(std::string("cannot ") + (failed ? "flush '" : "close '") + path_ +
                      (failed ? "' to disk: " : "': ") + errno_text(error) +
                      "; what was written is kept as '" + temporary_path_ +
                      "', and may lack something",
                  error);
}

void give_name(const std::string& from, const std::string& to, bool overwrite) {
  int error = 0;
  if (overwrite)
    error = rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  else
    error = rename_without_replacing(from, to);
  if (error == EEXIST)
    throw FinishedUnnamed(
        "'" + to + "' has appeared while the file was written; it was left as it is", from, {},
        error);
  if (error != 0)
    throw FinishedUnnamed("cannot give '" + to + "' its name: " + errno_text(error), from, {},
                          error);
  if (!flush_folder_of(to))
    throw FinishedWithError(
        "'" + to + "' is finished, but its folder cannot be flushed to disk: " + errno_text(EIO));
}

}  // namespace lifereel
