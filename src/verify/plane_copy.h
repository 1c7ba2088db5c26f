// SPDX-License-Identifier: GPL-2.0-or-later
// Copies of planes whose owner goes on. Private to src/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "encoders/picture.h"

namespace lifereel {

/// A copy of somebody else's plane.
class PlaneCopy {
 public:
  void assign(const PlaneView& plane) {
    width_ = plane.width;
    height_ = plane.height;
    bit_depth_ = plane.bit_depth;
    row_bytes_ = plane.row_bytes();
    bytes_.clear();
    for (int y = 0; y < height_; ++y)
      bytes_.insert(bytes_.end(), plane.row(y), plane.row(y) + row_bytes_);
  }
  PlaneView view() const noexcept {
    return {bytes_.data(), static_cast<std::ptrdiff_t>(row_bytes_), width_, height_, bit_depth_};
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t row_bytes_ = 0;
  int width_ = 0, height_ = 0, bit_depth_ = 8;
};

}  // namespace lifereel
