// SPDX-License-Identifier: GPL-2.0-or-later
// What SpeciesMotion is: sums of integers, one definition for the CPU and the GPU, under the rules
// of arithmetic.h (Note: [Determinism]).
#pragma once

#include "sim/arithmetic/arithmetic.h"
#include "sim/species_motion.h"

namespace lifereel::arithmetic {

/// Of a species. All sums stay below 2^60 with 10^8 particles.
struct MotionSums {
  std::int64_t particles;
  std::int64_t power;   ///< squares of speed, in 2^-12
  std::int64_t across;  ///< power times where it is, 0 to 255
  std::int64_t down;
};

/// What one particle adds to the last three.
struct MotionShare {
  std::int32_t power, across, down;
};

LIFEREEL_ARITHMETIC std::int32_t eighth_bits(float place, float scale) {
  const std::int32_t part = truncate(place * scale);
  return part > 255 ? 255 : part;
}

/// `down_scale` and `across_scale` are 256 / height and 256 / width.
LIFEREEL_ARITHMETIC MotionShare motion_share(float y, float x, float vy, float vx, float down_scale,
                                             float across_scale) {
  constexpr float most_square = 4095.0f;
  const float square = minimum(vy * vy + vx * vx, most_square);
  return {truncate(square * 0x1p12f), eighth_bits(x, across_scale), eighth_bits(y, down_scale)};
}

LIFEREEL_ARITHMETIC void add_share(MotionSums& sums, const MotionShare& share) {
  ++sums.particles;
  sums.power += share.power;
  sums.across += std::int64_t{share.power} * share.across;
  sums.down += std::int64_t{share.power} * share.down;
}

/// The largest integer whose square is not above `square`.
LIFEREEL_ARITHMETIC std::uint32_t integer_root(std::uint64_t square) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1)
    if ((root + bit) * (root + bit) <= square) root += bit;
  return static_cast<std::uint32_t>(root);
}

LIFEREEL_ARITHMETIC SpeciesMotion motion_of(const MotionSums& sums) {
  SpeciesMotion motion;
  if (sums.particles == 0 || sums.power == 0) return motion;
  // The mean in 2^-20, whose root is in 2^-10.
  const std::int64_t whole = sums.power / sums.particles, rest = sums.power % sums.particles;
  const std::int64_t mean = (whole << 8) + (rest << 8) / sums.particles;
  const std::uint32_t speed = integer_root(static_cast<std::uint64_t>(mean));
  motion.speed = static_cast<std::uint16_t>(speed < 65535 ? speed : 65535);
  motion.across = static_cast<std::uint8_t>(sums.across / sums.power);
  motion.down = static_cast<std::uint8_t>(sums.down / sums.power);
  return motion;
}

}  // namespace lifereel::arithmetic
