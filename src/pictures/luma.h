// SPDX-License-Identifier: GPL-2.0-or-later
// Measures of 8-bit luma planes. Private to src/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "encoders/picture.h"

namespace lifereel {

/// A plane that belongs to somebody else.
struct LumaView {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride_bytes = 0;
  int width = 0, height = 0;

  const std::uint8_t* row(int y) const noexcept { return data + y * stride_bytes; }
};

inline LumaView luma_view(const Picture& picture) noexcept {
  return {picture.planes[0], picture.stride_bytes[0], picture.width, picture.height};
}

struct Brightness {
  double mean = 0;
  int maximum = 0;
};
Brightness brightness(const LumaView& picture);

/// Gray 0..255 of a luma value of limited range (16..235).
double expand_range(double luma) noexcept;

// The following compare planes of one size.

/// Whether anything moves: the difference of some block of 8x8 is above 4 levels a pixel. What a
/// codec does to a picture that stands still is less.
bool differs(const LumaView& a, const LumaView& b);

double mean_square_difference(const LumaView& a, const LumaView& b);
/// 10 log10(255^2 / mean_square); infinite for 0.
double decibels(double mean_square) noexcept;

/// Mean structural similarity (Wang, Bovik, Sheikh, Simoncelli, 2004) over windows of 8x8 at every
/// fourth pixel, all of equal weight; 1 for equal planes and those smaller than a window.
double structural_similarity(const LumaView& a, const LumaView& b);

/// Every pixel the mean of those it covers; width and height above 0.
std::vector<std::uint8_t> scaled(const LumaView& picture, int width, int height);

}  // namespace lifereel
