// SPDX-License-Identifier: GPL-2.0-or-later
// Copies of planes whose owner goes on. Private to src/.
#pragma once

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
    samples_.clear();
    for (int y = 0; y < height_; ++y)
      samples_.insert(samples_.end(), plane.row(y), plane.row(y) + width_);
  }
  PlaneView view() const noexcept { return {samples_.data(), width_, width_, height_}; }

 private:
  std::vector<std::uint8_t> samples_;
  int width_ = 0, height_ = 0;
};

}  // namespace lifereel
