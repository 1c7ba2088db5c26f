// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/light/film_grain.h"

#include <algorithm>
#include <cstddef>

namespace lifereel {
namespace {

// SplitMix64's finalizer (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Nearly normal: the sum of eight bytes, less its mean; its standard deviation is 209.
std::int32_t grain_sample(std::uint64_t place) {
  std::int32_t sum = -8 * 255 / 2;
  for (std::uint64_t bits = mixed(place); bits != 0; bits >>= 8)
    sum += static_cast<std::int32_t>(bits & 255);
  return sum;
}

}  // namespace

FilmGrain::FilmGrain(float strength) {
  constexpr float deviation = 209.0f;
  constexpr float middle = 4.0f;  // luma (1 - luma) is 1/4 there
  for (std::uint64_t i = 0; i < template_size * template_size; ++i)
    template_.push_back(static_cast<float>(grain_sample(i)) * (strength * middle / deviation));
}

void FilmGrain::fill_row(std::uint64_t frame, std::int32_t row, std::int32_t width,
                         float* to) const {
  const auto block_row = static_cast<std::uint64_t>(row / grain_block);
  for (std::int32_t column = 0; column < width; column += grain_block) {
    const auto block = static_cast<std::uint64_t>(column / grain_block);
    const std::uint64_t drawn = mixed(frame << 20 ^ block_row << 10 ^ block);
    const auto y = static_cast<std::size_t>(row % grain_block) + (drawn & 31);
    const auto x = static_cast<std::size_t>(drawn >> 5 & 31);
    std::copy_n(template_.data() + y * template_size + x, grain_block, to + column);
  }
}

}  // namespace lifereel
