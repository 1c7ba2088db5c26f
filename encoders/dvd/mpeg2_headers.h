// SPDX-License-Identifier: GPL-2.0-or-later
// What stands before the slices of an MPEG-2 picture (ISO/IEC 13818-2 6.2.2 and 6.2.3). Private to
// lifereel.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "encoders/vbv.h"

namespace lifereel {

/// A sequence header and its extension.
struct Mpeg2Sequence {
  int width = 0, height = 0;
  int aspect_code = 0;           ///< 1 square pixels, 2 a picture of 4:3, 3 of 16:9
  Rational frames_per_second{};  ///< 0 where the code is a reserved one
  std::int64_t bit_rate = 0;     ///< per second
  std::int64_t buffer_bits = 0;  ///< of the video buffering verifier
  bool extended = false;         ///< what follows is from the extension; MPEG-1 has none
  int profile_and_level = 0;     ///< 0x48: main profile at main level
  bool progressive = false;
  int chroma_format = 1;  ///< 1: 4:2:0
  bool low_delay = false;

  bool operator==(const Mpeg2Sequence&) const = default;
};

/// Frames per second by frame_rate_code (ISO/IEC 13818-2 table 6-4); 0 for a reserved one.
Rational mpeg2_frame_rate(int code) noexcept;

/// Headers up to the first slice.
struct Mpeg2Headers {
  std::optional<Mpeg2Sequence> sequence;
  bool group = false;  ///< a GOP begins
  bool picture = false;
};

/// Trusts nothing: what is cut off or not there is not told.
Mpeg2Headers read_mpeg2_headers(std::span<const std::uint8_t> data);

/// The decoder that a sequence promises to suit, its buffer full at the start; std::nullopt without
/// a frame rate.
std::optional<VbvModel> vbv_model(const Mpeg2Sequence& sequence);

}  // namespace lifereel
