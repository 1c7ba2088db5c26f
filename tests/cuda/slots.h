// SPDX-License-Identifier: GPL-2.0-or-later
// Where gpu_check has pictures drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "sim/engine.h"

namespace lifereel {

// Planes one after another, rows of whole 64 bytes, as the pipeline has them. Of gray, luma alone.
class Layout {
 public:
  explicit Layout(const Engine& engine, int bit_depth = 8)
      : bit_depth_(bit_depth),
        width_(static_cast<std::size_t>(engine.settings().width)),
        height_(static_cast<std::size_t>(engine.settings().height)),
        planes_(engine.draws_colour() ? 3 : 1) {}

  std::size_t bytes() const {
    return stride(0) * height_ + (planes_ == 1 ? 0 : 2 * stride(1) * (height_ / 2));
  }
  PictureTarget target(std::uint8_t* picture) const {
    PictureTarget target = luma_target(picture, stride(0), ColourRange::limited);
    target.colour.bit_depth = bit_depth_;
    if (planes_ == 1) return target;
    target.colour.matrix = ColourMatrix::bt709;
    target.planes[1] = {picture + stride(0) * height_, stride(1)};
    target.planes[2] = {target.planes[1].data + stride(1) * (height_ / 2), stride(1)};
    return target;
  }
  // Throws with the first row that differs.
  void compare(std::uint8_t* a, std::uint8_t* b) const {
    const PictureTarget first = target(a), second = target(b);
    for (int plane = 0; plane < planes_; ++plane)
      for (std::size_t row = 0; row < (plane == 0 ? height_ : height_ / 2); ++row) {
        const std::size_t at = row * stride(plane);
        if (std::memcmp(first.planes[plane].data + at, second.planes[plane].data + at,
                        row_bytes(plane)) != 0)
          throw std::runtime_error("plane " + std::to_string(plane) + ", row " +
                                   std::to_string(row));
      }
  }

 private:
  std::size_t row_bytes(int plane) const {
    return (plane == 0 ? width_ : width_ / 2) * static_cast<std::size_t>(sample_bytes(bit_depth_));
  }
  std::size_t stride(int plane) const { return (row_bytes(plane) + 63) / 64 * 64; }
  int bit_depth_;
  std::size_t width_, height_;
  int planes_;
};

// Pictures on their way into pinned memory, as the pipeline has them.
class Slots {
 public:
  explicit Slots(Engine& engine, int bit_depth = 8)
      : engine_(engine),
        layout_(engine, bit_depth),
        memory_(engine.allocate_picture_memory(
            layout_.bytes(), static_cast<std::size_t>(engine.draws_in_flight()))) {}

  // Begins picture n; picture n - draws_in_flight() + 1, if there is one, is complete afterwards.
  std::uint8_t* draw() {
    engine_.begin_draw(layout_.target(slot(begun_)));
    if (++begun_ < engine_.draws_in_flight()) return nullptr;
    return finish();
  }
  std::uint8_t* finish() {
    engine_.finish_draw();
    return slot(finished_++);
  }
  bool in_flight() const { return finished_ < begun_; }

 private:
  std::uint8_t* slot(std::int64_t picture) const {
    return memory_.picture(static_cast<std::size_t>(picture % engine_.draws_in_flight()));
  }
  Engine& engine_;
  const Layout layout_;
  PictureMemory memory_;
  std::int64_t begun_ = 0, finished_ = 0;
};

}  // namespace lifereel
