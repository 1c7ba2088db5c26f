// SPDX-License-Identifier: GPL-2.0-or-later
// What scenes are made of: numbers out of numbers, and noise that is smooth. Places and times are
// integers of 1/65536, so that noise is as exact after years as in the beginning.
#pragma once

#include <cstdint>

#include "sim/arithmetic/arithmetic.h"
#include "sim/light/film_grain.h"

namespace lifereel {

/// 1 in places of noise.
inline constexpr std::int64_t noise_unit = 1 << 16;

/// The bits of a thing by its number, of all there are with a seed.
LIFEREEL_ARITHMETIC std::uint64_t mixed_bits(std::uint64_t seed, std::uint64_t number) {
  return mixed_bits(seed ^ number * 0xd6e8feb86659fd93);
}
/// 16 of the bits, from `first` on, as 0 to 65535 / 65536.
LIFEREEL_ARITHMETIC float part_of_one(std::uint64_t bits, int first) {
  return static_cast<float>(static_cast<std::int32_t>(bits >> first & 0xffff)) * 0x1p-16f;
}

/// How far a place of noise is from the last whole unit, 0 to 1.
LIFEREEL_ARITHMETIC float part_of_unit(std::int64_t place) {
  return static_cast<float>(static_cast<std::int32_t>(place & 0xffff)) * 0x1p-16f;
}
/// From 0 to 1 as x does, and level at both ends.
LIFEREEL_ARITHMETIC float smooth(float x) { return x * x * (3.0f - x * 2.0f); }
/// To 0 to 1; what is not a number is 0.
LIFEREEL_ARITHMETIC float clamped(float x) {
  return arithmetic::minimum(arithmetic::maximum(x, 0.0f), 1.0f);
}
LIFEREEL_ARITHMETIC float between(float a, float b, float part) { return a + (b - a) * part; }

/// 0 to 1, for a corner of the lattice. Three multiplications of 32 bits, after Wellons's
/// "Prospecting for Hash Functions" (lowbias32).
LIFEREEL_ARITHMETIC float lattice_value(std::uint32_t seed, std::uint32_t x, std::uint32_t y) {
  std::uint32_t bits = (x * 0x9e3779b1u) ^ (y * 0x85ebca77u) ^ seed;
  bits = (bits ^ bits >> 16) * 0x7feb352du;
  bits = (bits ^ bits >> 15) * 0x846ca68bu;
  return static_cast<float>(static_cast<std::int32_t>(bits >> 8)) * 0x1p-24f;
}

/// The same along a line.
LIFEREEL_ARITHMETIC float line_noise(std::uint32_t seed, std::int64_t x) {
  const auto before = static_cast<std::uint32_t>(x >> 16);
  const float along = smooth(part_of_unit(x));
  return between(lattice_value(seed, before, 0), lattice_value(seed, before + 1, 0), along);
}
/// Value noise, 0 to 1: random at whole units, smooth between.
LIFEREEL_ARITHMETIC float value_noise(std::uint32_t seed, std::int64_t x, std::int64_t y) {
  const auto column = static_cast<std::uint32_t>(x >> 16),
             row = static_cast<std::uint32_t>(y >> 16);
  const float across = smooth(part_of_unit(x));
  const float down = smooth(part_of_unit(y));
  const float above =
      between(lattice_value(seed, column, row), lattice_value(seed, column + 1, row), across);
  const float below = between(lattice_value(seed, column, row + 1),
                              lattice_value(seed, column + 1, row + 1), across);
  return between(above, below, down);
}

}  // namespace lifereel
