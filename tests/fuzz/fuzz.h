// SPDX-License-Identifier: GPL-2.0-or-later
// What every fuzz target has. A target is one file with one LLVMFuzzerTestOneInput(), which hands
// its bytes to one reader and checks what must hold of whatever comes back. It is linked either to
// libFuzzer, which invents bytes, or to replay.cpp, which reads them from files.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace lifereel::fuzz {

/// Ends the program, as a finding does.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Bytes as a file in memory, for readers that take a path.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : fd_(memfd_create("fuzz", MFD_CLOEXEC)) {
    if (fd_ < 0) throw std::logic_error("memfd_create failed");
    for (std::size_t at = 0; at < size;) {
      const ssize_t taken = ::write(fd_, data + at, size - at);
      if (taken <= 0) throw std::logic_error("write to memory failed");
      at += static_cast<std::size_t>(taken);
    }
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

/// Numbers out of the front of the bytes; 0 when they are used up.
class Numbers {
 public:
  Numbers(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  bool empty() const { return left_ == 0; }
  std::size_t left() const { return left_; }
  const std::uint8_t* rest() const { return data_; }
  std::int64_t take(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes && left_ > 0; ++i, --left_, ++data_) value = value << 8 | *data_;
    return static_cast<std::int64_t>(value);
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

}  // namespace lifereel::fuzz
