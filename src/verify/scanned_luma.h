// SPDX-License-Identifier: GPL-2.0-or-later
// The luma of a film's pictures as views, and copies of such. Private to src/.
#pragma once

#include <cstdint>
#include <vector>

#include "encoders/read/film_scan.h"
#include "src/pictures/luma.h"

namespace lifereel {

/// The luma of a picture that has any.
inline LumaView luma_view(const ScannedPicture& picture) noexcept {
  return {picture.luma, picture.stride_bytes, picture.width, picture.height};
}

/// A copy of somebody else's luma.
class LumaCopy {
 public:
  void assign(const LumaView& picture) {
    width_ = picture.width;
    height_ = picture.height;
    luma_.clear();
    for (int y = 0; y < height_; ++y)
      luma_.insert(luma_.end(), picture.row(y), picture.row(y) + width_);
  }
  LumaView view() const noexcept { return {luma_.data(), width_, width_, height_}; }

 private:
  std::vector<std::uint8_t> luma_;
  int width_ = 0, height_ = 0;
};

}  // namespace lifereel
