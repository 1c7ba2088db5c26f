// SPDX-License-Identifier: GPL-2.0-or-later
// Measures of planes of 8-bit samples. Private to src/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "encoders/picture.h"

namespace lifereel {

struct Brightness {
  double mean = 0;
  int maximum = 0;
};
Brightness brightness(const PlaneView& plane);

/// Gray 0..255 of a luma value of limited range (16..235).
double expand_range(double luma) noexcept;

// The following compare planes of one size.

/// Whether anything moves: the difference of some block of 8x8 is above 4 levels a pixel. What a
/// codec does to a picture that stands still is less.
bool differs(const PlaneView& a, const PlaneView& b);

double mean_square_difference(const PlaneView& a, const PlaneView& b);
/// 10 log10(255^2 / mean_square); infinite for 0.
double decibels(double mean_square) noexcept;

/// Mean structural similarity (Wang, Bovik, Sheikh, Simoncelli, 2004) over windows of 8x8 at every
/// fourth pixel, all of equal weight; 1 for equal planes and those smaller than a window.
double structural_similarity(const PlaneView& a, const PlaneView& b);

/// Whether every sample has this value.
bool is_uniform(const PlaneView& plane, int value) noexcept;

/// Every sample the mean of those it covers; width and height above 0.
std::vector<std::uint8_t> scaled(const PlaneView& plane, int width, int height);

}  // namespace lifereel
