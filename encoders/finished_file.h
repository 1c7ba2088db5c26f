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

/// The system refused a call on a file, and why.
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& what, int error) : std::runtime_error(what), error_(error) {}
  int error() const noexcept { return error_; }  ///< errno

 private:
  int error_;
};

/// The file is finished and has its name, but something failed afterwards or beside it: the flush
/// of its folder, statistics, hashes.
struct FinishedWithError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The file is whole, but could not be given its name; it is kept where what() says.
class FinishedUnnamed : public std::runtime_error {
 public:
  FinishedUnnamed(const std::string& why, const std::string& kept_path,
                  const std::string& remedy = {}, int error = 0)
      : std::runtime_error(why + "; the whole file is kept as '" + kept_path + "'" + remedy),
        why_(why),
        kept_path_(kept_path),
        error_(error) {}
  const std::string& why() const noexcept { return why_; }
  const std::string& kept_path() const noexcept { return kept_path_; }
  /// EEXIST: a file of that name was there; 0: not known.
  int error() const noexcept { return error_; }

 private:
  std::string why_, kept_path_;
  int error_;
};

/// Written under a temporary name beside `path` (path.part-XXXXXX, made exclusively), or under the
/// one it is given, which must be on the same file system and is replaced; finish() flushes it to
/// disk and gives it its name. A file that it replaces passes its mode on and, where that is
/// allowed, its owner. Destroyed without finish(), it leaves nothing behind.
/// "-" is standard output and devices and pipes are written in place: they have no name to protect.
class FinishedFile {
 public:
  /// Throws std::invalid_argument with one sentence when `path` cannot be written: its folder is
  /// missing, it is a folder, it exists and may not be overwritten or cannot be replaced, its name
  /// leaves no room for what is added to it meanwhile, standard output is closed.
  static void check_path(const std::string& path, bool overwrite);

  /// `path` without symbolic links where a file is there, so that the file behind them is replaced;
  /// empty for what is written in place.
  static std::string real_path(const std::string& path);

  /// Makes a small file where the temporary one will be, flushes, renames and removes it. Whether
  /// the file system can flush files; throws std::runtime_error where the rest fails. Nothing is
  /// tried for what is written in place.
  static bool try_out(const std::string& path);

  /// check_path() and try_out(), for a file that is written at the end of long work.
  static void require_writable(const std::string& path, bool overwrite) {
    check_path(path, overwrite);
    try_out(path);
  }

  /// As check_path(); FileError when the temporary file cannot be made.
  FinishedFile(const std::string& path, bool overwrite, const std::string& temporary_path = {});
  ~FinishedFile();
  FinishedFile(const FinishedFile&) = delete;
  FinishedFile& operator=(const FinishedFile&) = delete;

  /// All of it, or the errno of the failure (0: none), which is kept for check_written().
  int try_write(const std::uint8_t* data, std::size_t size) noexcept;
  /// Throws FileError when a write or a seek has failed.
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
  /// A file system that cannot flush is no error. Throws FinishedUnnamed when the file cannot be
  /// renamed, also because another one of that name has appeared meanwhile and may not be
  /// overwritten; FileError when flushing failed, which keeps the file under its temporary
  /// name, too, for nobody knows what the disk has of it. The file has its name after an error only
  /// when that is FinishedWithError: then the folder could not be flushed.
  std::int64_t finish(const std::function<void()>& before_naming = {});

 private:
  void discard() noexcept;
  /// Has the disk begin with what was written, so that little is left when the file is flushed.
  void write_behind() noexcept;
  void open_temporary(const std::string& wanted);
  void pass_on_mode_and_owner() const noexcept;
  void flush_and_close();

  std::string path_;            ///< symbolic links resolved
  std::string temporary_path_;  ///< empty once renamed
  bool overwrite_;
  bool in_place_ = false;
  bool kept_ = false;  ///< under its temporary name, whatever comes
  int fd_ = -1;
  int error_ = 0;  ///< the first of try_write()
  std::int64_t written_ = 0;
  std::int64_t behind_ = 0;  ///< of them, those that the disk was told of
};

/// `text` as a file that appears whole. Throws as FinishedFile does.
void write_text_file(const std::string& path, bool overwrite, const std::string& text);

/// Renames a file and flushes the folder. Throws FinishedUnnamed when it cannot be renamed,
/// FinishedWithError when the folder cannot be flushed.
void give_name(const std::string& from, const std::string& to, bool overwrite);

/// Flushes the folder that a path is in, so that what was made or renamed there is so after a power
/// cut, too. False when that failed.
bool flush_folder_of(const std::string& path);

/// Whether both names are of one file, also where none is there yet; false for an empty one.
bool is_same_file(const std::string& a, const std::string& b);

}  // namespace lifereel
