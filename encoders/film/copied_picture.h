// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures of memory of our own, made from what callers have. Internal to encoders/.
#pragma once

#include <cstddef>
#include <cstdint>

#include "encoders/picture.h"

namespace lifereel {

/// Rows of samples of a caller's, 0 to 255.
struct CallersRows {
  const std::uint8_t* data;
  std::size_t stride_bytes;

  const std::uint8_t* row(int y) const noexcept {
    return data + static_cast<std::size_t>(y) * stride_bytes;
  }
};

/// A copy in a film's format; its memory goes when it is released.
Picture copy_gray(const CallersRows& gray, const PictureFormat& format, int width, int height);
/// The same of R'G'B', three bytes a pixel.
Picture copy_rgb(const CallersRows& rgb, const PictureFormat& format, int width, int height);

}  // namespace lifereel
