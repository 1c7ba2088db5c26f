// SPDX-License-Identifier: GPL-2.0-or-later
// A file's bytes at any place. Private to lifereel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace lifereel {

class ByteFile {
 public:
  /// Throws std::runtime_error for what is no file that can be read at any place.
  explicit ByteFile(const std::string& path);
  ~ByteFile();
  ByteFile(const ByteFile&) = delete;
  ByteFile& operator=(const ByteFile&) = delete;

  /// At present.
  std::int64_t size() const;

  /// False where the file ends before `to` is full. Throws std::runtime_error when reading fails.
  bool read(std::int64_t place, std::span<std::uint8_t> to) const;

  using Take = std::function<void(std::span<const std::uint8_t>)>;
  static constexpr std::size_t piece_bytes = 1 << 20;
  /// Hands over the bytes from `begin` to `end`, in pieces of that size, of which the last is
  /// shorter; false where the file ends before.
  bool read_all(std::int64_t begin, std::int64_t end, const Take& take) const;

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace lifereel
