// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/light/film_grain.h"

#include <algorithm>
#include <cstddef>

namespace lifereel {
namespace {

// Nearly normal: the sum of eight bytes, less its mean; its standard deviation is 209.
std::int32_t grain_sample(std::uint64_t place) {
  std::int32_t sum = -8 * 255 / 2;
  for (std::uint64_t bits = mixed_bits(place); bits != 0; bits >>= 8)
    sum += static_cast<std::int32_t>(bits & 255);
  return sum;
}

}  // namespace

FilmGrain::FilmGrain(float strength) {
  constexpr float deviation = 209.0f;
  constexpr float middle = 4.0f;  // luma (1 - luma) is 1/4 there
  for (std::uint64_t i = 0; i < grain_template_size * grain_template_size; ++i)
    template_.push_back(static_cast<float>(grain_sample(i)) * (strength * middle / deviation));
}

void FilmGrain::fill_row(std::uint64_t frame, std::int32_t row, std::int32_t width,
                         float* to) const {
  for (std::int32_t column = 0; column < width; column += grain_block)
    std::copy_n(template_.data() + grain_row_start(frame, row, column / grain_block), grain_block,
                to + column);
}

}  // namespace lifereel
