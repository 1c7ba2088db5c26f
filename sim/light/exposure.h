// SPDX-License-Identifier: GPL-2.0-or-later
// White follows the light slowly: what a picture's tone curve goes by, of a histogram of the sums
// of 4x4 pixels. All of it whole numbers until the end, so that every engine finds the same white.
#pragma once

#include <cstdint>

#include "sim/arithmetic/light.h"

namespace lifereel {

inline constexpr int exposure_bins = 40 * 16;

/// A bin is a sixteenth of an octave: what is left of a float's bits, from those of 1 on.
inline constexpr int exposure_bin_shift = 19;
inline constexpr std::int32_t first_exposure_bin = 127 << 4;
/// Less than 0 for light below 1.
LIFEREEL_ARITHMETIC std::int32_t exposure_bin(float light) {
  const std::int32_t bin = (arithmetic::to_bits(light) >> exposure_bin_shift) - first_exposure_bin;
  return bin < exposure_bins ? bin : exposure_bins - 1;
}

/// What of exposure stays the same throughout a film.
struct Exposure {
  std::int64_t cells;  ///< 4x4 pixels of a picture
  float trail_decay;
  float point_light;                ///< of a point's centre, of full luma, with all of its streak
  float gain;                       ///< 2^exposure times what white is for the tone curve
  float white, bloom;               ///< of the look
  float bloom_levels;               ///< at least 1
  arithmetic::ToneConstants curve;  ///< without what white says
};

/// The cells that are above the 99.8th percentile.
LIFEREEL_ARITHMETIC std::uint64_t brightest_cells(std::int64_t cells) {
  return cells < 500 ? 1 : static_cast<std::uint64_t>(cells / 500);
}

/// The light, as a float's bits, that `rank` of the `count` in this bin exceed.
LIFEREEL_ARITHMETIC std::int32_t light_within_bin(std::int32_t bin, std::uint64_t rank,
                                                  std::uint32_t count) {
  const std::uint64_t part = (rank << exposure_bin_shift) / count;
  return ((bin + 1 + first_exposure_bin) << exposure_bin_shift) - static_cast<std::int32_t>(part);
}

/// The light of a bin's middle in units of 8, cut to whole ones.
LIFEREEL_ARITHMETIC std::uint64_t eights_of_bin(std::int32_t bin) {
  return (static_cast<std::uint64_t>(2 * 16 + 2 * (bin % 16) + 1) << (bin / 16)) >> 8;
}

/// The next white (a float's bits), given the one before (0: none), the percentile (a float's bits,
/// 0: no light) and the sum of all cells' light in units of 8.
LIFEREEL_ARITHMETIC std::int32_t next_white(const Exposure& exposure, std::int32_t percentile,
                                            std::uint64_t eights, std::int32_t white_bits) {
  constexpr std::int32_t frames_to_follow = 64;
  // No darker than a few points at rest, by which an almost empty world is lit; and light that is
  // everywhere is no highlight, as in a young universe.
  constexpr float white_of_mean = 16.0f;
  const std::uint64_t cells = exposure.cells < 1 ? 1 : static_cast<std::uint64_t>(exposure.cells);
  const float mean = static_cast<float>(eights / cells) * 8.0f;
  const std::int32_t darkest =
      arithmetic::to_bits(arithmetic::maximum(exposure.point_light * 8.0f, mean * white_of_mean));
  const std::int32_t target = percentile > darkest ? percentile : darkest;
  // The first picture has one frame's light, which trails will add to.
  if (white_bits == 0)
    return arithmetic::to_bits(
        arithmetic::quotient(arithmetic::from_bits(target), 1.0f - exposure.trail_decay));
  return white_bits + (target - white_bits) / frames_to_follow;
}

/// What the tone curve needs at this white.
LIFEREEL_ARITHMETIC arithmetic::ToneConstants tone_at(const Exposure& exposure,
                                                      std::int32_t white_bits) {
  arithmetic::ToneConstants tone = exposure.curve;
  // White is the sum of 4x4 pixels; a base sample of the bloom is, too.
  const float of_sums =
      arithmetic::quotient(exposure.gain, arithmetic::from_bits(white_bits) * exposure.white);
  tone.exposure = of_sums * 16.0f;
  tone.bloom = arithmetic::quotient(of_sums * exposure.bloom * 3.0f, exposure.bloom_levels);
  return tone;
}

}  // namespace lifereel
