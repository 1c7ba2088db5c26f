// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pictures/still.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "src/pictures/planes.h"

namespace lifereel {
namespace {

std::uint8_t to_byte(double level) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0, 255.0)));
}

/// Y'CbCr to R'G'B' of full range (H.273, equations 38 to 58).
class Conversion {
 public:
  explicit Conversion(const ColourDescription& colour)
      : full_(colour.range == ColourRange::full),
        neutral_(neutral_chroma_of(colour.bit_depth)),
        level_(full_ ? 255.0 / (2 * neutral_ - 1) : static_cast<double>(neutral_chroma) / neutral_),
        red_(luma_coefficients(colour.matrix).red),
        blue_(luma_coefficients(colour.matrix).blue) {}

  double gray(int luma) const { return full_ ? luma * level_ : expand_range(luma * level_); }

  void write(int luma, int cb, int cr, std::uint8_t* rgb) const {
    const double scale = (full_ ? 1 : 255.0 / 224) * level_;
    // Not clamped: a bright colour's luma may lie above white before its chroma is added.
    const double y = full_ ? luma * level_ : (luma * level_ - 16) * 255.0 / 219;
    const double b = 2 * (1 - blue_) * (cb - neutral_) * scale;
    const double r = 2 * (1 - red_) * (cr - neutral_) * scale;
    rgb[0] = to_byte(y + r);
    rgb[1] = to_byte(y - (red_ * r + blue_ * b) / (1 - red_ - blue_));
    rgb[2] = to_byte(y + b);
  }

 private:
  bool full_;
  int neutral_;
  double level_;  // of 8 bits, that a code value is
  double red_, blue_;
};

bool has_colour(const PictureView& picture) {
  const int neutral = neutral_chroma_of(picture.colour.bit_depth);
  return picture.plane_count == 3 &&
         !(is_uniform(picture.planes[1], neutral) && is_uniform(picture.planes[2], neutral));
}

}  // namespace

Still to_still(const PictureView& picture) {
  const PlaneView& luma = picture.planes[0];
  const Conversion conversion(picture.colour);
  Still still;
  still.width = luma.width;
  still.height = luma.height;
  still.channels = has_colour(picture) ? 3 : 1;
  still.samples.resize(static_cast<std::size_t>(luma.width) *
                       static_cast<std::size_t>(luma.height * still.channels));
  std::uint8_t* to = still.samples.data();
  const PlaneView& cb = picture.planes[1];
  const PlaneView& cr = picture.planes[2];
  for (int y = 0; y < luma.height; ++y)
    for (int x = 0; x < luma.width; ++x, to += still.channels)
      if (still.channels == 1) {
        *to = to_byte(conversion.gray(sample(luma, y, x)));
      } else {
        const auto row = static_cast<int>(std::int64_t{y} * cb.height / luma.height);
        const auto column = static_cast<int>(std::int64_t{x} * cb.width / luma.width);
        conversion.write(sample(luma, y, x), sample(cb, row, column), sample(cr, row, column), to);
      }
  return still;
}

}  // namespace lifereel
