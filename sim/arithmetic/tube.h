// SPDX-License-Identifier: GPL-2.0-or-later
// The arithmetic of a picture on a tube: one definition for every instruction set and for the GPU,
// under the rules of arithmetic.h (Note: [Determinism]).
//
// Note: [Tube]
// Glass that bulges (barrel distortion): places are counted from the middle of the picture, whose
// edges are at 1 and -1. At (x, y) is seen what light has at
//   u = x (1 + k y^2),  v = y (1 + k u^2),
// that is, a row of the picture is made of one row in between, whose samples have moved up or down
// in their own columns, and which is then stretched to the left and right. Either step mixes two
// neighbours, those beside the picture being dark. The axes stay straight, the picture touches its
// frame in the middle of each side, and its corners are cut off round.
//
// A beam draws toned luma in lines. Its profile across a line is a polynomial of 1 + cos(...), near
// enough, of no more than the second degree: from three pixels a line on, its mean over a line does
// not depend on where pixels lie, so that bent lines make no moire. The brighter, the wider it is:
// white lines nearly touch. Between lines, and behind the mask's stripes, light is lost, which is
// given back to what is not white.
#pragma once

#include "sim/arithmetic/arithmetic.h"

namespace lifereel::arithmetic {

/// Of planes of one size, in samples.
struct BarrelConstants {
  float half_width, half_height;
  float column_curve;  ///< k / half_height^2
  float row_curve;     ///< k / half_width^2; 0: glass is flat
};
/// At the corners of a whole barrel. The CPU picks two vectors' samples for one.
inline constexpr float most_stretch = 1.25f;

LIFEREEL_ARITHMETIC BarrelConstants barrel_constants(std::int32_t width, std::int32_t height,
                                                     float barrel) {
  const float half_width = static_cast<float>(width) * 0.5f;
  const float half_height = static_cast<float>(height) * 0.5f;
  const float k = barrel * (most_stretch - 1.0f);
  return {half_width, half_height, k / (half_height * half_height), k / (half_width * half_width)};
}

/// How far sample i of so many lies from the middle.
LIFEREEL_ARITHMETIC float from_middle(std::int32_t i, float half) {
  return to_float(i) - (half - 0.5f);
}
/// Of all columns of a row, which is so far from the middle.
LIFEREEL_ARITHMETIC float stretch_of(float row, const BarrelConstants& c) {
  return row * row * c.column_curve + 1.0f;
}
/// The row, from the middle, that a column so far from it has in a row of the row between.
template <class F>
LIFEREEL_ARITHMETIC F bent_row(float row, F column, const BarrelConstants& c) {
  return (column * column * c.row_curve + 1.0f) * row;
}

/// A place from the middle -> samples from the one before the first, which is dark; so is the one
/// after the last, at most.
template <class F>
LIFEREEL_ARITHMETIC F sample_place(F from_middle, float half) {
  return minimum(maximum(from_middle + (half + 0.5f), F(0.0f)), F(half + half + 1.0f));
}
/// Of the two samples around a place, both mixed as much of either as it is near to it. In these
/// numbers nothing is rounded: mixing_weight() of any others is 0, and of these it says the same.
template <class F>
LIFEREEL_ARITHMETIC F mixed_at(F place, F first_number, F first, F second) {
  const F part = place - first_number;
  return first * (F(1.0f) - part) + second * part;
}
template <class F>
LIFEREEL_ARITHMETIC F mixing_weight(F place, F number) {
  return maximum(F(1.0f) - absolute(place - number), F(0.0f));
}

/// Where on bulging glass a sample is, from the middle.
template <class F>
struct GlassPlace {
  F column, row;
};
/// Of a sample by its column and row from the middle.
template <class F>
LIFEREEL_ARITHMETIC GlassPlace<F> glass_place(F column, float row, const BarrelConstants& c) {
  const F stretched = column * stretch_of(row, c);
  return {stretched, bent_row(row, stretched, c)};
}

/// The outline of the glass: straight sides and round corners.
struct OutlineConstants {
  float inner_width, inner_height;  ///< from the middle to where corners begin
  float radius_squared, steepness;
};
/// 1 on the glass, 0 beside it, and something between on its edge.
template <class F>
LIFEREEL_ARITHMETIC F on_glass(const GlassPlace<F>& place, const OutlineConstants& c) {
  const F beside = maximum(absolute(place.column) - c.inner_width, F(0.0f));
  const F above = maximum(absolute(place.row) - c.inner_height, F(0.0f));
  const F within = (F(c.radius_squared) - beside * beside - above * above) * c.steepness;
  return minimum(maximum(within, F(0.0f)), F(1.0f));
}

/// Whether it is 1 between these places and the middle; it is here and there beyond, too.
LIFEREEL_ARITHMETIC bool is_within_glass(const GlassPlace<float>& place,
                                         const OutlineConstants& c) {
  return absolute(place.column) <= c.inner_width && absolute(place.row) <= c.inner_height;
}

struct BeamConstants {
  float lines_a_row;      ///< less than 1: a part of a line
  float strength, floor;  ///< of the lines, and what there is without them: 1 together
  float boost;            ///< what black gets more than white
};

/// How far a place, in rows from the top of the picture, is between two lines: 0 to 1.
template <class F>
LIFEREEL_ARITHMETIC F gap_at(F row, const BeamConstants& c) {
  const F lines = row * c.lines_a_row;
  const F distance = absolute((lines - to_float(truncate(lines))) * 2.0f - 1.0f);
  return distance * distance * (F(3.0f) - distance * 2.0f);
}
/// What of luma, 0 to 1, the beam leaves there.
template <class F>
LIFEREEL_ARITHMETIC F beam_at(F gap, F luma, const BeamConstants& c) {
  const F profile = F(1.0f) - gap * (F(0.9f) - luma * 0.7f);
  return profile * profile * c.strength + c.floor;
}
template <class F>
LIFEREEL_ARITHMETIC F boost_of(F luma, const BeamConstants& c) {
  return F(1.0f + c.boost) - luma * c.boost;
}

/// Luma, 0 to 1, as it is seen of a pixel, if so much of it comes through mask and glass.
template <class F>
LIFEREEL_ARITHMETIC F luma_on_tube(F luma, F gap, F seen, const BeamConstants& c) {
  return minimum(luma * (beam_at(gap, luma, c) * boost_of(luma, c) * seen), F(1.0f));
}
/// Likewise of a block, by the mean of its rows.
template <class F>
LIFEREEL_ARITHMETIC F luma_on_tube(F luma, F upper_gap, F lower_gap, F seen,
                                   const BeamConstants& c) {
  const F beam = (beam_at(upper_gap, luma, c) + beam_at(lower_gap, luma, c)) * 0.5f;
  return minimum(luma * (beam * boost_of(luma, c) * seen), F(1.0f));
}

struct TubeConstants {
  BarrelConstants barrel;
  OutlineConstants outline;
  BeamConstants beam;
  float mask;  ///< the mean of its stripes
};

}  // namespace lifereel::arithmetic
