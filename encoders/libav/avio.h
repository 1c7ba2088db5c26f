// SPDX-License-Identifier: GPL-2.0-or-later
// Byte streams for libavformat that end in our own file or string. Internal to encoders/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "encoders/finished_file.h"
#include "encoders/libav/film_digest.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// Where a muxer's bytes go. Must outlive the AVIOContext made from it. Some muxers flush every
/// 2048 bytes: what goes into a file that is no pipe waits here until it is worth a call of the
/// system.
struct ByteTarget {
  FinishedFile* file = nullptr;     ///< or
  std::string* text = nullptr;      ///< or neither: the bytes are dropped
  RunningDigest* digest = nullptr;  ///< sees what goes into the file
  std::int64_t place = 0;           ///< of the next write into the file

  /// Before anybody else looks at the file, and after the last byte. Returns the errno of the
  /// failure (0: none), which the file keeps.
  int flush() noexcept;
  /// Likewise.
  int write(const std::uint8_t* data, std::size_t size) noexcept;

 private:
  friend UniqueAvio open_avio(ByteTarget& target, std::size_t buffer_bytes);
  std::vector<std::uint8_t> waiting_;  // up to its capacity
};

/// A write-only AVIOContext on `target`, with a buffer of so many bytes, and as much in `target`;
/// seekable where the file is.
UniqueAvio open_avio(ByteTarget& target, std::size_t buffer_bytes);

}  // namespace lifereel
