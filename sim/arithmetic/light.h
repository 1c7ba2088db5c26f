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

/// The sum of 2x2 samples; columns first.
LIFEREEL_ARITHMETIC float sum_of_block(float upper_left, float lower_left, float upper_right,
                                       float lower_right) {
  return (upper_left + lower_left) + (upper_right + lower_right);
}

template <class F>
struct Opponents {
  F cb, cr;
};
/// How much a frame leaves of the opponents, and how far it turns their hue: decay times both.
struct FadedHue {
  float cosine, sine;
};
/// Of tan(angle / 2) = 1 / 128 a frame where colours stand for age.
LIFEREEL_ARITHMETIC FadedHue faded_hue(float decay, bool turns) {
  return {decay * (turns ? (1.0f - 0x1p-14f) / (1.0f + 0x1p-14f) : 1.0f),
          decay * (turns ? 0x1p-6f / (1.0f + 0x1p-14f) : 0.0f)};
}
/// Where the block's luma is 0 they are too, and +0 so that dark blocks may be left alone. A hue
/// whose sine is 0 may be said not to turn: that leaves out what changes nothing.
template <bool turns, class F>
LIFEREEL_ARITHMETIC Opponents<F> fade_opponents(Opponents<F> light, Opponents<F> splat, F luma,
                                                FadedHue hue) {
  F cb = light.cb * hue.cosine, cr = light.cr * hue.cosine;
  if (turns) {
    cb = cb - light.cr * hue.sine;
    cr = light.cb * hue.sine + cr;
  }
  return {keep_where_positive(cb + splat.cb, luma), keep_where_positive(cr + splat.cr, luma)};
}

/// Which of so many colours a particle of this velocity has: four to a pixel per unit of time.
LIFEREEL_ARITHMETIC std::int32_t speed_bin(float vy, float vx, std::int32_t bins) {
  const float speed = square_root(vy * vy + vx * vx);
  return truncate(minimum(speed * 4.0f, static_cast<float>(bins - 1)));
}
/// Which it has where there is as much light; white as a float's bits, 0: none yet.
LIFEREEL_ARITHMETIC std::int32_t density_bin(float light, std::int32_t white_bits,
                                             std::int32_t bins) {
  if (white_bits == 0) return 0;
  const float shown = log2_from_one(light * 16.0f / from_bits(white_bits) * 15.0f + 1.0f) * 0.25f;
  const float last = static_cast<float>(bins - 1);
  return truncate(minimum(shown * last, last));
}

/// One axis of [1 3 3 1]: of four samples in a row the outer two, then the inner two. Twice, and
/// then times halved_scale, is a sample of half the size.
template <class F>
LIFEREEL_ARITHMETIC F halved(F outer0, F outer1, F inner0, F inner1) {
  return (outer0 + outer1) + (inner0 + inner1) * 3.0f;
}
inline constexpr float halved_scale = 0x1p-6f;
/// One axis of a sample of twice the size, which lies between these.
template <class F>
LIFEREEL_ARITHMETIC F doubled(F near, F far) {
  return near * 0.75f + far * 0.25f;
}

/// What a picture's tone curve needs, computed once a frame. Light is multiplied so that the curve
/// can take it as it is: white is log_white_gain or filmic_white_gain.
struct ToneConstants {
  float exposure;           ///< of light as summed
  float bloom;              ///< of the pyramid's sum
  float background[3];      ///< luma, Cb, Cr
  float inverse_log_white;  ///< 1 / log2(1 + log_white_gain)
};
/// k of log(1 + k light) / log(1 + k).
inline constexpr float log_white_gain = 60.0f;
inline constexpr float filmic_white_gain = 1.6f;

/// Light, as summed, with what glows.
template <class F>
LIFEREEL_ARITHMETIC F with_bloom(F light, F bloom, const ToneConstants& c) {
  return light + bloom * c.bloom;
}
/// `column` and `row` are parts of the vignette (sim/light/vignette.h).
template <class F>
LIFEREEL_ARITHMETIC F with_vignette(F light, F column, float row) {
  return light * (column - F(row));
}
/// A code value, 0 to gain, with grain, which is strongest in the middle of the range. `grain` is
/// in levels of 8 bits, of which each is four of 10.
template <class Sample, class F>
LIFEREEL_ARITHMETIC F with_grain(F code, F grain, float gain) {
  const float levels = sizeof(Sample) == 2 ? 4.0f : 1.0f;
  const F strength = code * (F(gain) - code) * quotient(levels, gain * gain);
  return minimum(maximum(code + grain * strength, F(0.0f)), F(gain));
}

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

/// A code value of luma, from 0 to gain: cut to a whole one after noise of less than one, 1/2 to
/// round, and the range's offset were added to it.
template <class F>
LIFEREEL_ARITHMETIC auto luma_code_value(F code, F noise) {
  return truncate(code + noise);
}
/// Likewise of chroma; in the full range that of the gamut's edge would be one too many.
template <class Sample, class F>
LIFEREEL_ARITHMETIC auto chroma_code_value(F code, F noise) {
  return truncate(minimum(code + noise, F(sizeof(Sample) == 2 ? 1023.0f : 255.0f)));
}

/// Light, 0 or more, as the curve takes it -> luma, 0 to `most`.
template <class F>
LIFEREEL_ARITHMETIC F log_tone(F light, const ToneConstants& c, float most) {
  return minimum(log2_from_one(light + F(1.0f)) * (c.inverse_log_white * most), F(most));
}
/// Narkowicz, "ACES Filmic Tone Mapping Curve" (2015), then a display's curve of 2.
template <class F>
LIFEREEL_ARITHMETIC F filmic_tone(F light, const ToneConstants&, float most) {
  const F x = minimum(light, F(1024.0f));
  const F shaped = quotient(x * (x * 2.51f + F(0.03f)), x * (x * 2.43f + F(0.59f)) + F(0.14f));
  return square_root(minimum(shaped, F(1.0f))) * most;
}

/// How a matrix makes red, green and blue of luma and chroma (each -0.5 to 0.5).
struct MatrixConstants {
  float red_from_cr, green_from_cb, green_from_cr, blue_from_cb;
};

/// Both opponents' code values beside neutral, of a colour whose light became this luma, 0 to 1.
///
/// They are scaled as its luma is, by luma / light, but no further than the colour can be shown,
/// its hue kept: towards white where luma is near it, by (1 - luma) / most of what its red, green
/// and blue have above luma; towards gray where it is near black, by luma / most of what they have
/// below. The least of the three is one division: of luma (1 - luma) by the largest of what each
/// would have been divided by, times the other's factor. What is added to it, far below a level,
/// is for black and for white of no colour, 0 / 0.
template <class F>
LIFEREEL_ARITHMETIC void tone_opponents(F& cb, F& cr, F light, F luma, const MatrixConstants& m,
                                        float gain) {
  const F red = cr * m.red_from_cr;
  const F green = cb * m.green_from_cb + cr * m.green_from_cr;
  const F blue = cb * m.blue_from_cb;
  const F above = maximum(maximum(red, green), blue);
  const F below = minimum(minimum(red, green), blue) * F(-1.0f);
  const F to_white = F(1.0f) - luma;
  const F divisor = maximum(maximum(light, below) * to_white, above * luma) + F(1e-9f);
  const F scale = quotient(luma * to_white * gain, divisor);
  cb = cb * scale;
  cr = cr * scale;
}

}  // namespace lifereel::arithmetic
