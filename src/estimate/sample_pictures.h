// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "encoders/picture.h"
#include "sim/engine.h"
#include "src/estimate/picture_detail.h"
#include "src/pipeline/picture_layout.h"

namespace lifereel {

/// Parts of pictures, as large as is encoded of them, one after another in memory. Encoders at work
/// at once are given different parts, which together are more like the whole than one is.
class SamplePictures {
 public:
  static constexpr int most_parts = 4;

  /// `parts`: how many there is use for; 0: nothing is kept.
  SamplePictures(const Engine& engine, const PictureFormat& format, int width, int height,
                 int count, int parts = 1)
      : engine_(engine),
        whole_(format, engine),
        part_(format, width, height, engine.draws_colour()),
        width_(width),
        height_(height),
        parts_(parts > 0 && is_whole(engine, width, height) ? 1 : std::min(parts, most_parts)),
        targets_(engine.allocate_picture_memory(
            whole_.slot_bytes(), static_cast<std::size_t>(engine.draws_in_flight()))),
        memory_(part_.slot_bytes()) {
    if (parts_ > 0) memory_.add_plain(static_cast<std::size_t>(count * parts_));
  }

  int count() const noexcept { return count_; }
  int width() const noexcept { return width_; }
  int height() const noexcept { return height_; }
  int parts() const noexcept { return parts_; }
  Picture picture(int index, int part) const noexcept {
    return part_.picture(slot(index, part), index);
  }

  /// Where the picture of this number is drawn, and what is kept of it when it is.
  PictureTarget target(int number) noexcept { return whole_.target(drawn(number)); }
  void keep() {
    if (parts_ == 0) return;
    const PlaneView luma = whole_.picture(drawn(count_), count_).plane(0);
    whole_detail_ += detail_in(luma, {0, 0, luma.width, luma.height});
    for (int part = 0; part < parts_; ++part) {
      keep(part);
      parts_detail_ += detail_in(luma, place_of(part, luma.width, luma.height, width_, height_));
    }
    ++count_;
  }
  /// How many times the bytes of one part's picture the whole picture has, by what there is to see
  /// in them.
  double parts_in_whole() const noexcept {
    const UniverseSettings& world = engine_.settings();
    const double by_area =
        static_cast<double>(world.width) * world.height / (1.0 * width_ * height_);
    const double by_detail = parts_detail_ > 0 ? whole_detail_ * parts_ / parts_detail_ : by_area;
    return std::clamp(by_detail, by_area / most_uneven, by_area * most_uneven);
  }

 private:
  static bool is_whole(const Engine& engine, int width, int height) {
    return width == engine.settings().width && height == engine.settings().height;
  }

  static constexpr double most_uneven = 4;  // beyond, parts say nothing

  void keep(int part) {
    const Picture whole = whole_.picture(drawn(count_), count_);
    const PictureTarget to = part_.target(slot(count_, part));
    for (int plane = 0; plane < (to.has_chroma() ? 3 : 1); ++plane) {
      const PlaneView from = whole.plane(plane);
      const PlaneSize size = plane_size(plane, width_, height_);
      const std::size_t sample = static_cast<std::size_t>(sample_bytes(from.bit_depth));
      const PlanePart place = place_of(part, from.width, from.height, size.width, size.height);
      for (int y = 0; y < size.height; ++y)
        std::memcpy(
            to.planes[plane].data + static_cast<std::size_t>(y) * to.planes[plane].stride_bytes,
            from.row(place.top + y) + static_cast<std::size_t>(place.left) * sample,
            static_cast<std::size_t>(size.width) * sample);
    }
  }

  /// Of a plane: across from each other, and then in the other two quarters.
  static PlanePart place_of(int part, int whole_width, int whole_height, int width, int height) {
    return {begin_of_part(whole_width, width, part == 0 || part == 2),
            begin_of_part(whole_height, height, part == 0 || part == 3), width, height};
  }

  /// Where a side's mean square distance from the middle is the whole's, on one side of it or the
  /// other: a vignette is as dark there as it is on average.
  static int begin_of_part(int whole, int part, bool beyond_the_middle) {
    const double share = static_cast<double>(part) / whole;
    const double off_centre = std::sqrt(std::max(0.0, 1 - share * share) / 3);
    const double begin = (whole * (1 + off_centre) - part) / 2;
    const int clamped = std::clamp(static_cast<int>(begin), 0, whole - part);
    return beyond_the_middle ? clamped : whole - part - clamped;
  }

  std::uint8_t* drawn(int number) const noexcept {
    return targets_.picture(static_cast<std::size_t>(number) % targets_.pictures());
  }
  std::uint8_t* slot(int index, int part) const noexcept {
    return memory_.picture(static_cast<std::size_t>(index * parts_ + part));
  }

  const Engine& engine_;
  const PictureLayout whole_, part_;
  const int width_, height_, parts_;
  const PictureMemory targets_;  // as many as are drawn at once
  PictureMemory memory_;
  int count_ = 0;
  double whole_detail_ = 0, parts_detail_ = 0;
};

}  // namespace lifereel
