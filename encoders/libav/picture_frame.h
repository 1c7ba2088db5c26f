// SPDX-License-Identifier: GPL-2.0-or-later
// A caller's picture as an AVFrame, without a copy. Internal to encoders/.
#pragma once

#include "encoders/libav/libav.h"
#include "encoders/picture.h"

namespace lifereel {

/// Releases a picture unless disarmed: put on the stack first thing, it keeps Note: [Release]
/// through every exception.
class PictureGuard {
 public:
  explicit PictureGuard(const Picture& picture) noexcept : picture_(&picture) {}
  ~PictureGuard() {
    if (picture_ != nullptr && picture_->release != nullptr)
      picture_->release(picture_->owner, picture_->tag);
  }
  PictureGuard(const PictureGuard&) = delete;
  PictureGuard& operator=(const PictureGuard&) = delete;
  void disarm() noexcept { picture_ = nullptr; }

 private:
  const Picture* picture_;
};

/// Throws std::runtime_error unless the picture has this format and size and sane planes.
void check_picture(const Picture& picture, PixelFormat format, int width, int height);

AVPixelFormat to_libav(PixelFormat format) noexcept;

/// With memory of its own, all zero, and pts 0.
UniqueFrame blank_frame(AVPixelFormat format, int width, int height);

/// Fills `frame` (blank) with read-only references to the picture's planes: one AVBuffer for each
/// piece of memory they lie in. The picture is released when the last of them is dropped, or before
/// this throws; either way `guard` is disarmed.
void wrap_picture(const Picture& picture, PictureGuard& guard, AVFrame& frame);

}  // namespace lifereel
