// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "encoders/picture.h"
#include "sim/engine.h"
#include "src/pipeline/picture_layout.h"

namespace lifereel {

/// A part of pictures, as large as is encoded of them, one after another in memory.
class SamplePictures {
 public:
  SamplePictures(const Engine& engine, const PictureFormat& format, int width, int height,
                 int count)
      : whole_(format, engine),
        part_(format, width, height, engine.draws_colour()),
        width_(width),
        height_(height),
        targets_(engine.allocate_picture_memory(
            whole_.slot_bytes(), static_cast<std::size_t>(engine.draws_in_flight()))),
        memory_(part_.slot_bytes()) {
    memory_.add_plain(static_cast<std::size_t>(count));
  }

  int count() const noexcept { return count_; }
  int width() const noexcept { return width_; }
  int height() const noexcept { return height_; }
  Picture picture(int index) const noexcept { return part_.picture(slot(index), index); }

  /// Where the picture of this number is drawn, and what is kept of it when it is.
  PictureTarget target(int number) noexcept { return whole_.target(drawn(number)); }
  void keep() {
    const Picture whole = whole_.picture(drawn(count_), count_);
    const PictureTarget to = part_.target(slot(count_));
    for (int plane = 0; plane < (to.has_chroma() ? 3 : 1); ++plane) {
      const PlaneView from = whole.plane(plane);
      const PlaneSize size = plane_size(plane, width_, height_);
      const std::size_t sample = static_cast<std::size_t>(sample_bytes(from.bit_depth));
      const int left = begin_of_part(from.width, size.width);
      const int top = begin_of_part(from.height, size.height);
      for (int y = 0; y < size.height; ++y)
        std::memcpy(
            to.planes[plane].data + static_cast<std::size_t>(y) * to.planes[plane].stride_bytes,
            from.row(top + y) + static_cast<std::size_t>(left) * sample,
            static_cast<std::size_t>(size.width) * sample);
    }
    ++count_;
  }

 private:
  /// Where a side's mean square distance from the middle is the whole's: a vignette is as dark
  /// there as it is on average.
  static int begin_of_part(int whole, int part) {
    const double share = static_cast<double>(part) / whole;
    const double off_centre = std::sqrt(std::max(0.0, 1 - share * share) / 3);
    const double begin = (whole * (1 + off_centre) - part) / 2;
    return std::clamp(static_cast<int>(begin), 0, whole - part);
  }

  std::uint8_t* drawn(int number) const noexcept {
    return targets_.picture(static_cast<std::size_t>(number) % targets_.pictures());
  }
  std::uint8_t* slot(int index) const noexcept {
    return memory_.picture(static_cast<std::size_t>(index));
  }

  const PictureLayout whole_, part_;
  const int width_, height_;
  const PictureMemory targets_;  // as many as are drawn at once
  PictureMemory memory_;
  int count_ = 0;
};

}  // namespace lifereel
