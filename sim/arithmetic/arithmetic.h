// SPDX-License-Identifier: GPL-2.0-or-later
// The arithmetic of the universe: one definition for every instruction set and for the GPU.
//
// Note: [Determinism]
// Every operation here is IEEE-754 binary32, round to nearest even, without contraction, without
// flushing to zero, and without libm. Functions are templates on F, which is float (device code,
// plain C++, once-a-frame values) or the wide type of one instruction set (wide.h): the same
// operations in the same order a lane, so the same bits. Forces are summed as integers (Note:
// [Force sums]), splats too, and a maximum has no order: so it is free in which order, by how many
// threads and on which device pairs, particles and pixels are visited. Division and square root
// appear only where they are exact by IEEE and once a frame or a particle.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__FAST_MATH__)
#error "the universe is defined by exact arithmetic: compile sim/ and cuda/ without fast-math"
#endif

#if defined(__CUDACC__)
#define LIFEREEL_ARITHMETIC static __host__ __device__ __forceinline__
#elif defined(__GNUC__)
// Internal linkage and always inlined: no copy compiled for one instruction set can be linked into
// code for another.
#define LIFEREEL_ARITHMETIC [[maybe_unused]] static inline __attribute__((always_inline))
#else
#define LIFEREEL_ARITHMETIC [[maybe_unused]] static inline
#endif

namespace lifereel::arithmetic {

LIFEREEL_ARITHMETIC float minimum(float a, float b) { return a < b ? a : b; }
LIFEREEL_ARITHMETIC float maximum(float a, float b) { return a > b ? a : b; }
LIFEREEL_ARITHMETIC std::int32_t to_bits(float x) {
  std::int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
LIFEREEL_ARITHMETIC float from_bits(std::int32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
LIFEREEL_ARITHMETIC float absolute(float x) {
#if defined(__CUDA_ARCH__)
  return fabsf(x);  // the same, and free: part of the instruction that takes it
#else
  return from_bits(to_bits(x) & 0x7fffffff);
#endif
}
LIFEREEL_ARITHMETIC float to_float(std::int32_t i) { return static_cast<float>(i); }
LIFEREEL_ARITHMETIC std::int32_t truncate(float x) { return static_cast<std::int32_t>(x); }
/// Bits shifted right by n, zeros from the left (n > 0).
LIFEREEL_ARITHMETIC std::int32_t shift_right(std::int32_t bits, int n) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits) >> n);
}
/// x where x >= limit, else +0.
LIFEREEL_ARITHMETIC float keep_from(float x, float limit) { return x >= limit ? x : 0.0f; }
/// x where gate > 0, else +0.
LIFEREEL_ARITHMETIC float keep_where_positive(float x, float gate) {
  return gate > 0.0f ? x : 0.0f;
}

/// 1 / (4 sqrt(x)) for x >= 0, relative error below 6e-7; large and finite (about 8e18) for 0.
///
/// An integer seed h (Kahan, Lomont), then two Newton steps in Goldschmidt's form, which carries
/// g = x h along and so waits less. Seed and constants are fitted together (minimax), which takes
/// the factors 3/2 and 1/2 of the textbook's steps away; what that leaves is the quarter.
template <class F>
LIFEREEL_ARITHMETIC F quarter_reciprocal_sqrt(F x) {
  const F h0 = from_bits(0x5edfaf80 - shift_right(to_bits(x), 1));
  const F g0 = x * h0;
  const F r = 1.19107189f - g0 * h0;
  const F g = g0 * r, h = h0 * r;
  return h * (0.75000016f - g * h);
}

/// What the pair force needs of the settings.
struct ForceConstants {
  float inverse_repulsion_radius;  ///< 1 / (4 rmax beta)
  float tent_slope;                ///< 2 / (4 rmax (1 - beta))
  float tent_offset;               ///< (1 + beta) / (1 - beta)
  float rounding;                  ///< 6 / 4 * strength: see Note: [Force sums]
};

/// Note: [Force sums]
/// Each component of each pair's force is rounded once, to a whole number of quanta, and the quanta
/// are summed as integers: exact, hence the same in every order. `strength` is the power of two
/// that no entry of the matrix exceeds, at least 1, and no pair's force exceeds strength. So
/// force + 6 * strength lies in the binade [4, 8) * strength, whose floats are one quantum =
/// strength * 2^-21 apart: the addition itself rounds (to nearest even), and the difference of bit
/// patterns counts quanta. (All of it divided by 4: pair_coefficient().) A quantum of force moves a
/// particle by 1.4e-7 px in a frame of the default settings, a hundredth of what float32
/// coordinates resolve.
///
/// A sum of at most terms_per_partial_sum pairs fits 32 bits; particles' sums have 64.
template <class F>
LIFEREEL_ARITHMETIC auto force_quanta(F coefficient, F distance, const ForceConstants& c) {
  return to_bits(coefficient * distance + c.rounding) - to_bits(c.rounding);
}
inline constexpr std::int32_t terms_per_partial_sum = 1000;
inline constexpr float quanta_per_strength = 0x1p21f;

/// What both sides of a pair have in common, and what a side's attraction makes of it.
template <class F>
struct PairShape {
  F tent, repulsion;
};
template <class F>
LIFEREEL_ARITHMETIC PairShape<F> pair_shape(F q, const ForceConstants& c) {
  const F tent = maximum(q - absolute(c.tent_slope - c.tent_offset * q), F(0.0f));
  const F repulsion = minimum(c.inverse_repulsion_radius - q, F(0.0f));
  return {tent, repulsion};
}
template <class F>
LIFEREEL_ARITHMETIC F coefficient(F attraction, const PairShape<F>& pair) {
  return attraction * pair.tent + pair.repulsion;
}

/// F(n) / (4 r) of the pair force at squared distance r2, so that this times (dy, dx) is a quarter
/// of the force: what force_quanta() takes.
///
/// With q = 1 / r (or a quarter of it, and of the constants), both pieces of F become functions of
/// q that are zero outside their own range, so no comparison with beta or rmax is needed and every
/// pair may be added:
///   repulsion   (n / beta - 1) / r             = min(0, 1 / (rmax beta) - q)
///   attraction  a (1 - |2n-1-beta|/(1-beta))/r = a max(0, q - |tent_slope - tent_offset q|)
/// The 1e-9 px that the published formula adds to r is below half an ulp of r from 0.02 px on; at
/// r = 0 both give no force.
template <class F>
LIFEREEL_ARITHMETIC F pair_coefficient(F r2, F attraction, const ForceConstants& c) {
  return coefficient(attraction, pair_shape(quarter_reciprocal_sqrt(r2), c));
}

/// x modulo size, for a coordinate that one step moved: 0 <= result < size. Far travellers (and the
/// -tiny + size == size case) take the second branch; what is not finite becomes 0.
LIFEREEL_ARITHMETIC float wrap(float x, float size) {
  if (x >= 0.0f && x < size) return x;
  const float near = x < 0.0f ? x + size : x - size;
  if (near >= 0.0f && near < size) return near;
  const float turns = x / size;
  if (!(absolute(turns) < 4194304.0f)) return 0.0f;
  std::int32_t whole = truncate(turns);
  if (static_cast<float>(whole) > turns) whole -= 1;  // floor
  const float far = x - size * static_cast<float>(whole);
  return far >= 0.0f && far < size ? far : 0.0f;
}

/// One axis of one particle: v = friction v + impulse_per_quantum sum, x = (x + dt v) mod size,
/// where impulse_per_quantum = force_scale * dt * strength / quanta_per_strength.
struct MotionConstants {
  float friction;
  float impulse_per_quantum;
  float dt;
};

LIFEREEL_ARITHMETIC void integrate(float& x, float& v, std::int64_t quanta, float size,
                                   const MotionConstants& c) {
  v = v * c.friction + static_cast<float>(quanta) * c.impulse_per_quantum;
  x = wrap(x + v * c.dt, size);
}

/// The cell of a coordinate, 0 .. cells - 1; the published seam wraps, the exact one clamps what
/// rounding pushed over the edge.
LIFEREEL_ARITHMETIC std::int32_t cell_of(float x, float cell_size, std::int32_t cells,
                                         bool published) {
  const std::int32_t cell = truncate(x / cell_size);
  if (cell < cells) return cell;
  return published ? cell % cells : cells - 1;
}

/// The pixel of a coordinate. A drawn initial coordinate may equal size (float32 rounds up).
LIFEREEL_ARITHMETIC std::int32_t pixel_of(float x, std::int32_t size) {
  const std::int32_t pixel = truncate(x);
  return pixel >= size ? pixel - size : pixel;
}

/// The trail counts twentieths, so that the splat's weights (kernels.h) are whole numbers and their
/// order is free. Below 2^-20 twentieths a pixel is dark: a fading trail would otherwise end in
/// subnormal numbers that never reach zero and slow every processor down.
template <class F>
LIFEREEL_ARITHMETIC F fade_and_add(F trail, F splat, float decay) {
  return keep_from(trail * decay + splat, 0x1p-20f);
}

/// A normal x above 0 is mantissa_of(x) 2^exponent_of(x), the mantissa from 1 to less than 2.
template <class F>
LIFEREEL_ARITHMETIC F exponent_of(F x) {
  return to_float(shift_right(to_bits(x), 23) - 127);
}
template <class F>
LIFEREEL_ARITHMETIC F mantissa_of(F x) {
  return from_bits((to_bits(x) & 0x007fffff) | 0x3f800000);
}

/// log2(x) for x >= 1; absolute error below 1.2e-4, a hundredth of a gray level.
/// Mantissa m in [1, 2): log2(m) = (m - 1) p(m - 1), p fitted (minimax, with p(1) = 1).
template <class F>
LIFEREEL_ARITHMETIC F log2_from_one(F x) {
  const F t = mantissa_of(x) - F(1.0f);
  F p = t * -0.0821307165f + 0.321188980f;
  p = p * t - 0.677784011f;
  p = p * t + 1.43872575f;
  return exponent_of(x) + t * p;
}

/// log2(1 + trail / 20) for trail >= 0.
template <class F>
LIFEREEL_ARITHMETIC F log2_1p_twentieths(F trail) {
  return log2_from_one(trail * 0.05f + 1.0f);
}

/// What log2_1p_twentieths() is multiplied by to give gray: 255 at the frame's brightest pixel.
LIFEREEL_ARITHMETIC float tone_scale(float brightest_trail) {
  const float top = log2_1p_twentieths(brightest_trail);
  return top > 0.0f ? 255.0f / top : 0.0f;
}

/// gray = min(255, floor(255 log(1 + trail) / log(1 + brightest))), as an integer.
template <class F>
LIFEREEL_ARITHMETIC auto gray_of(F trail, float scale) {
  return truncate(minimum(log2_1p_twentieths(trail) * scale, F(255.0f)));
}

/// 16 + (219 gray + 127) / 255 in integers: n / 255 = (n + 1 + (n >> 8)) >> 8 for 0 <= n < 65535.
template <class I>
LIFEREEL_ARITHMETIC I limited_range(I gray) {
  const I n = gray * 219 + 127;
  return shift_right(n + 1 + shift_right(n, 8), 8) + 16;
}

}  // namespace lifereel::arithmetic
