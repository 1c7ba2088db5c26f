// SPDX-License-Identifier: GPL-2.0-or-later
// A file that has its name only when it is complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "../sim/language.h"  // as installed

namespace [[gnu::visibility("default")]] lifereel {

/// The file is finished and has its name, but something failed afterwards or beside it: the flush
/// of its folder, statistics, hashes.
struct FinishedWithError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Written under a temporary name beside `path` (path.part-XXXXXX, made exclusively), or under the
/// one it is given, which must be on the same file system and is replaced; finish() flushes it to
/// disk and gives it its name. Destroyed without finish(), it leaves nothing behind.
/// "-" is standard output and devices and pipes are written in place: they have no name to protect.
class FinishedFile {
 public:
  /// Throws std::invalid_argument with one sentence when `path` cannot be written: its folder is
  /// missing, it is a folder, it exists and may not be overwritten.
  static void check_path(const std::string& path, bool overwrite);

  /// `path` without symbolic links where a file is there, so that the file behind them is replaced;
  /// empty for what is written in place.
  static std::string real_path(const std::string& path);

  /// As check_path(); std::runtime_error when the temporary file cannot be made.
  FinishedFile(const std::string& path, bool overwrite, const std::string& temporary_path = {});
  ~FinishedFile();
  FinishedFile(const FinishedFile&) = delete;
  FinishedFile& operator=(const FinishedFile&) = delete;

  /// All of it, or the errno of the failure (0: none), which is kept for check_written().
  int try_write(const std::uint8_t* data, std::size_t size) noexcept;
  /// Throws std::runtime_error when a write or a seek has failed.
  void check_written() const;
  /// Moves the place of the next write; negative errno on failure, which is kept as that of a write
  /// is. Only when seekable().
  std::int64_t try_seek(std::int64_t offset, int whence) noexcept;
  std::int64_t size_bytes() const noexcept;
  bool seekable() const noexcept { return !in_place_; }

  /// Where the bytes are now; empty when the file is written in place.
  const std::string& temporary_path() const noexcept { return temporary_path_; }
  const std::string& path() const noexcept { return path_; }

  /// Flushes to disk, closes, calls `before_naming`, renames, flushes the folder; returns the size.
  /// Throws std::runtime_error, also when a file of that name has appeared meanwhile and may not be
  /// overwritten. The file has its name after an error only when that is FinishedWithError: then
  /// the folder could not be flushed.
  std::int64_t finish(const std::function<void()>& before_naming = {});

 private:
  void discard() noexcept;

  std::string path_;            ///< symbolic links resolved
  std::string temporary_path_;  ///< empty once renamed
  bool overwrite_;
  bool in_place_ = false;
  int fd_ = -1;
  int error_ = 0;  ///< the first of try_write()
  std::int64_t written_ = 0;
};

/// `text` as a file that appears whole. Throws as FinishedFile does.
void write_text_file(const std::string& path, bool overwrite, const std::string& text);

/// Flushes the folder that a path is in, so that what was made or renamed there is so after a power
/// cut, too. False when that failed.
bool flush_folder_of(const std::string& path);

/// Whether both names are of one file, also where none is there yet; false for an empty one.
bool is_same_file(const std::string& a, const std::string& b);

}  // namespace lifereel
