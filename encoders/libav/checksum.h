// SPDX-License-Identifier: GPL-2.0-or-later
// Tells damaged bytes from whole ones, faster than a disk gives them. No libav type appears here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace lifereel {

/// MurmurHash3, 128 bits, of bytes that come piece by piece, and of their number. Against
/// accidents, not against people.
class Checksum {
 public:
  static constexpr std::size_t hex_bytes = 32;

  Checksum();
  ~Checksum();
  void add(const std::uint8_t* bytes, std::size_t size) noexcept;
  /// Of all that was added, in lower-case hexadecimal. Nothing may follow.
  std::string hex();

 private:
  struct Free {
    void operator()(void* state) const noexcept;
  };
  std::unique_ptr<void, Free> state_;
  std::uint64_t size_ = 0;
};

}  // namespace lifereel
