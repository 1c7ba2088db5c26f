// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "encoders/libav/byte_file.h"

namespace lifereel {

/// Bytes that lie in parts of one file or several, as one row.
class SpannedFile {
 public:
  void add(std::shared_ptr<const ByteFile> file, std::int64_t begin, std::int64_t bytes);
  /// All of another one behind this one's.
  void add(const SpannedFile& other);

  std::int64_t size() const noexcept { return size_; }
  /// Of its first byte, in the file that it lies in; 0 when it is empty.
  std::int64_t begin() const noexcept { return spans_.empty() ? 0 : spans_.front().begin; }
  /// Throws std::runtime_error when they cannot be read, or end before they should.
  void read(std::int64_t place, std::span<std::uint8_t> to) const;
  /// All of it: of something small.
  std::vector<std::uint8_t> read_all() const;
  /// Of these bytes; what lies behind the end is left out.
  SpannedFile part(std::int64_t begin, std::int64_t bytes) const;

 private:
  struct Span {
    std::shared_ptr<const ByteFile> file;
    std::int64_t begin, bytes;
  };

  std::vector<Span> spans_;
  std::int64_t size_ = 0;
};

}  // namespace lifereel
