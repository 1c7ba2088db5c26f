// SPDX-License-Identifier: GPL-2.0-or-later
// Measures of planes, in levels of 8 bits whatever their samples have. Private to src/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "encoders/picture.h"

namespace lifereel {

/// One sample of a plane, as it is.
inline int sample(const PlaneView& plane, int y, int x) noexcept {
  const std::uint8_t* const row = plane.row(y);
  return sample_bytes(plane.bit_depth) == 1 ? row[x] : row[2 * x] | row[2 * x + 1] << 8;
}

struct Brightness {
  double mean = 0, maximum = 0;
};
Brightness brightness(const PlaneView& plane);

/// Gray 0..255 of a luma value of limited range (16..235).
double expand_range(double luma) noexcept;

// The following compare planes of one size; where one has fewer bits, its samples stand for those
// that have more with zeros behind.

/// Whether anything moves: the difference of some block of 8x8 is above 4 levels a pixel. What a
/// codec does to a picture that stands still is less.
bool differs(const PlaneView& a, const PlaneView& b);

/// On a scale from 0 to 255: decibels() of it are those of the samples against their own peak.
double mean_square_difference(const PlaneView& a, const PlaneView& b);
/// 10 log10(255^2 / mean_square); infinite for 0.
double decibels(double mean_square) noexcept;

/// Mean structural similarity (Wang, Bovik, Sheikh, Simoncelli, 2004) over windows of 8x8 at every
/// fourth pixel, all of equal weight; 1 for equal planes and those smaller than a window.
double structural_similarity(const PlaneView& a, const PlaneView& b);

/// Whether every sample has this value, as it is.
bool is_uniform(const PlaneView& plane, int value) noexcept;

/// Every sample the mean of those it covers, without padding; width and height above 0.
std::vector<std::uint8_t> scaled(const PlaneView& plane, int width, int height);

}  // namespace lifereel
