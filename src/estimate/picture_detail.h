// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <cstdlib>

#include "encoders/picture.h"

namespace lifereel {

/// A part of a plane, in samples.
struct PlanePart {
  int left = 0, top = 0, width = 0, height = 0;
};

/// How much there is to encode in a part of a plane, in no unit: what neighbouring samples differ
/// by, to the right and below, in every fourth row.
template <class Sample>
double detail_in(const PlaneView& plane, const PlanePart& part) {
  constexpr int row_step = 4;
  std::int64_t sum = 0;
  for (int y = part.top; y + 1 < part.top + part.height; y += row_step) {
    const auto* const row = reinterpret_cast<const Sample*>(plane.row(y)) + part.left;
    const auto* const below = reinterpret_cast<const Sample*>(plane.row(y + 1)) + part.left;
    std::int32_t differences = 0;
    for (int x = 0; x + 1 < part.width; ++x)
      differences += std::abs(row[x] - row[x + 1]) + std::abs(row[x] - below[x]);
    sum += differences;
  }
  return static_cast<double>(sum);
}

inline double detail_in(const PlaneView& plane, const PlanePart& part) {
  return sample_bytes(plane.bit_depth) == 1 ? detail_in<std::uint8_t>(plane, part)
                                            : detail_in<std::uint16_t>(plane, part);
}

}  // namespace lifereel
