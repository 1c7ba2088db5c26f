// SPDX-License-Identifier: GPL-2.0-or-later
// Byte streams for libavformat that end in our own file or string. Internal to encoders/.
#pragma once

#include <string>

#include "encoders/finished_file.h"
#include "encoders/libav/film_digest.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// Where a muxer's bytes go. Must outlive the AVIOContext made from it.
struct ByteTarget {
  FinishedFile* file = nullptr;     ///< or
  std::string* text = nullptr;      ///< or neither: the bytes are dropped
  RunningDigest* digest = nullptr;  ///< sees what goes into the file
  std::int64_t place = 0;           ///< of the next write into the file
};

/// A write-only AVIOContext on `target`; seekable where the file is.
UniqueAvio open_avio(ByteTarget& target, std::size_t buffer_bytes);

}  // namespace lifereel
