// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/look.h"

#include <sstream>
#include <stdexcept>

namespace lifereel {
namespace {

template <class T>
void check_range(const char* key, T value, T from, T to) {
  if (value >= from && value <= to) return;  // NaN is out of range too
  std::ostringstream sentence;
  sentence << key << ' ' << value << " is out of range: " << from << " to " << to;
  throw std::invalid_argument(sentence.str());
}

/// Points are smaller, so that none meets itself on the other side.
constexpr int smallest_colour_picture = 32;

}  // namespace

void validate(const LookSettings& look, int width, int height) {
  if (!look.draws_colour()) {
    if (look == LookSettings()) return;
    throw std::invalid_argument(
        "bloom, palette and the like are of looks in colour, and tone is published; choose a look "
        "such as aurora, or leave them out");
  }
  if (width % 2 != 0 || height % 2 != 0)
    throw std::invalid_argument("a picture in colour needs an even width and height, not " +
                                std::to_string(width) + 'x' + std::to_string(height) +
                                "; change the size, or take the look published");
  if (width < smallest_colour_picture || height < smallest_colour_picture)
    throw std::invalid_argument("a picture in colour has at least " +
                                std::to_string(smallest_colour_picture) +
                                " pixels each way; change the size, or take the look published");
  check_range("exposure", look.exposure, -16.0f, 16.0f);
  check_range("white", look.white, 0.01f, 100.0f);
  check_range("point-size", look.point_size, 3, 13);
  if (look.point_size % 2 == 0)
    throw std::invalid_argument("point-size " + std::to_string(look.point_size) +
                                " is even; take an odd number of pixels");
  check_range("streaks", look.streaks, 1, 16);
  check_range("bloom", look.bloom, 0.0f, 4.0f);
  check_range("bloom-radius", look.bloom_radius, 1, 8);
  check_range("vignette", look.vignette, 0.0f, 1.0f);
  check_range("grain", look.grain, 0.0f, 16.0f);
  palette_colours(look.palette, 1);
  if (look.background > 0xffffff) throw std::invalid_argument("background is not a colour RRGGBB");
}

}  // namespace lifereel
