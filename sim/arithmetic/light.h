// SPDX-License-Identifier: GPL-2.0-or-later
// The arithmetic of coloured light: one definition for every instruction set and for the GPU, under
// the rules of arithmetic.h (Note: [Determinism]).
//
// Note: [Light]
// A universe's light is kept as Y'CbCr's shape of it: luma for every pixel and two opponent
// channels (blue and red minus luma, either sign) for every block of 2x2 pixels, which hold the sum
// of the block's. The matrix is linear, so that light adds up in this shape as it does in red,
// green and blue, at half the samples, and a tone curve that scales a colour scales all three
// alike. Splats are integers: `light_unit` of them are the centre of one point of full luma. What
// fades below one is dark.
#pragma once

#include "sim/arithmetic/arithmetic.h"

namespace lifereel::arithmetic {

LIFEREEL_ARITHMETIC float square_root(float x) {
#if defined(__CUDA_ARCH__)
  return __fsqrt_rn(x);
#else
  return __builtin_sqrtf(x);  // exact by IEEE
#endif
}
LIFEREEL_ARITHMETIC float quotient(float a, float b) {
#if defined(__CUDA_ARCH__)
  return __fdiv_rn(a, b);
#else
  return a / b;
#endif
}

/// The centre of the 5x5 splat weighs this much.
inline constexpr std::int32_t centre_weight = 20;
/// The largest integer weight of a colour; less where so many particles could overflow a pixel.
inline constexpr std::int32_t most_colour_weight = 255;

template <class F>
LIFEREEL_ARITHMETIC F fade_light(F light, F splat, float decay) {
  return keep_from(light * decay + splat, F(1.0f));
}

/// What a picture's tone curve needs, computed once a frame.
struct ToneConstants {
  float exposure;           ///< light as summed -> 1.0 at white
  float bloom;              ///< the pyramid's sum -> its share of the picture
  float background[3];      ///< luma, Cb, Cr, relative to white
  float log_gain;           ///< k of log(1 + k light) / log(1 + k)
  float inverse_log_white;  ///< 1 / log2(1 + k)
};

/// What stands for toned luma (0 to 1) and chroma (-0.5 to 0.5) in a picture: gain times that, plus
/// offset.
struct CodeRange {
  float luma_gain, luma_offset, chroma_gain, chroma_offset;
};
LIFEREEL_ARITHMETIC CodeRange code_range(bool limited, int bit_depth) {
  const float levels = bit_depth == 10 ? 4.0f : 1.0f;  // to each level of 8 bits
  if (!limited) return {256.0f * levels - 1.0f, 0.0f, 256.0f * levels - 1.0f, 128.0f * levels};
  return {219.0f * levels, 16.0f * levels, 224.0f * levels, 128.0f * levels};
}

/// A code value: cut to a whole one after noise of less than one, 1/2 to round, was added to it.
template <class F>
LIFEREEL_ARITHMETIC auto code_value(F exact, F noise) {
  return truncate(exact + noise);
}

/// Light relative to white, 0 or more -> luma, 0 to 1.
template <class F>
LIFEREEL_ARITHMETIC F log_tone(F light, const ToneConstants& c) {
  return minimum(log2_from_one(light * c.log_gain + F(1.0f)) * c.inverse_log_white, F(1.0f));
}
/// Narkowicz, "ACES Filmic Tone Mapping Curve" (2015), then a display's curve of 2.
template <class F>
LIFEREEL_ARITHMETIC F filmic_tone(F light, const ToneConstants&) {
  const F x = minimum(light * 1.6f, F(1024.0f));
  const F shaped = quotient(x * (x * 2.51f + F(0.03f)), x * (x * 2.43f + F(0.59f)) + F(0.14f));
  return square_root(minimum(shaped, F(1.0f)));
}

/// How a matrix makes red, green and blue of luma and chroma (each -0.5 to 0.5).
struct MatrixConstants {
  float red_from_cr, green_from_cb, green_from_cr, blue_from_cb;
};

/// By what chroma is multiplied so that the colour can be shown, its hue kept: towards white where
/// luma is near it, towards gray where it is near black.
template <class F>
LIFEREEL_ARITHMETIC F chroma_in_gamut(F luma, F cb, F cr, const MatrixConstants& m) {
  const F red = cr * m.red_from_cr;
  const F green = cb * m.green_from_cb + cr * m.green_from_cr;
  const F blue = cb * m.blue_from_cb;
  // Of no colour, 0 / 0, both make 1: what is added to avoid that is far below a level.
  const F most = maximum(maximum(red, green), blue) + F(1e-6f);
  const F least = minimum(minimum(red, green), blue) * F(-1.0f) + F(1e-6f);
  const F above = quotient(minimum(F(1.0f) - luma + F(1e-6f), most), most);
  const F below = quotient(minimum(luma + F(1e-6f), least), least);
  return minimum(above, below);
}

}  // namespace lifereel::arithmetic
