// SPDX-License-Identifier: GPL-2.0-or-later
// Working files as the disk has them.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>

#include "encoders/finished_file.h"

namespace lifereel {

/// FinishedWithError and FinishedUnnamed speak of what a user asked for: beside that they are
/// errors as any other.
template <class Work>
void as_plain_error(Work&& work) {
  try {
    work();
  } catch (const FinishedWithError& error) {
    throw FileError(error.what(), EIO);
  } catch (const FinishedUnnamed& error) {
    throw FileError(error.what(), error.error());
  }
}

/// Throws FileError: "cannot `what` '`path`': ", and errno's reason.
[[noreturn]] void fail_to(const std::string& what, const std::string& path);

/// Throws FileError where a file is, but cannot be read: that says nothing about it.
class FileReader {
 public:
  explicit FileReader(const std::string& path);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  bool is_there() const noexcept { return file_ != nullptr; }
  /// Of a file that is there.
  std::uint64_t size() const;
  /// How much there was of it.
  std::size_t read(void* bytes, std::size_t size);
  /// Where the next read begins.
  void skip_to(std::uint64_t place);

 private:
  const std::string path_;
  std::FILE* const file_;
};

/// Nothing where there is no such file.
std::optional<std::string> read_file(const std::string& path);

}  // namespace lifereel
