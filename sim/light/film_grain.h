// SPDX-License-Identifier: GPL-2.0-or-later
// Film grain after AV1's model: blocks of 32x32 samples out of one template, at places that the
// frame's number draws, so that a film can be cut anywhere and has the same grain.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/arithmetic/arithmetic.h"

namespace lifereel {

inline constexpr int grain_block = 32;
/// Of the template, which is square.
inline constexpr int grain_template_size = 2 * grain_block;

/// SplitMix64's finalizer (Steele, Lea, Flood 2014).
LIFEREEL_ARITHMETIC std::uint64_t mixed_bits(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// The sample of the template at which the row begins that block (row / grain_block, block) takes
/// for pixels' row `row`.
LIFEREEL_ARITHMETIC std::int32_t grain_row_start(std::uint64_t frame, std::int32_t row,
                                                 std::int32_t block) {
  const auto block_row = static_cast<std::uint64_t>(row / grain_block);
  const std::uint64_t drawn =
      mixed_bits(frame << 20 ^ block_row << 10 ^ static_cast<std::uint64_t>(block));
  const std::int32_t y = row % grain_block + static_cast<std::int32_t>(drawn & 31);
  const std::int32_t x = static_cast<std::int32_t>(drawn >> 5 & 31);
  return y * grain_template_size + x;
}

class FilmGrain {
 public:
  /// Of this strength: the amplitude in the middle of the range of luma, in code values of 8 bits.
  explicit FilmGrain(float strength);

  /// `width` samples of a row, up to grain_block - 1 more may be written.
  void fill_row(std::uint64_t frame, std::int32_t row, std::int32_t width, float* to) const;

  const std::vector<float>& samples() const noexcept { return template_; }

 private:
  std::vector<float> template_;
};

}  // namespace lifereel
