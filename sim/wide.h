// SPDX-License-Identifier: GPL-2.0-or-later
// LIFEREEL_LANES floats or integers that arithmetic.h can be instantiated with: compiled once for
// every instruction set, each time in a namespace of its own (LIFEREEL_ISA). Vector extensions of
// GCC and Clang carry it to any processor; the few operations they lack have intrinsics where the
// compiler would do worse.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
// GCC 12 sees the undefined lanes of its own headers as uninitialised.
#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#endif

#define LIFEREEL_INLINE static inline __attribute__((always_inline))

namespace lifereel::LIFEREEL_ISA {

inline constexpr int lanes = LIFEREEL_LANES;
using FloatVector = float __attribute__((vector_size(4 * LIFEREEL_LANES)));
using IntVector = std::int32_t __attribute__((vector_size(4 * LIFEREEL_LANES)));
using BitsVector = std::uint32_t __attribute__((vector_size(4 * LIFEREEL_LANES)));

struct Int {
  IntVector v;
  Int() = default;
  __attribute__((always_inline)) Int(IntVector vector) : v(vector) {}
  __attribute__((always_inline)) Int(std::int32_t scalar) : v(scalar - IntVector{}) {}
};

struct Float {
  FloatVector v;
  Float() = default;
  __attribute__((always_inline)) Float(FloatVector vector) : v(vector) {}
  __attribute__((always_inline)) Float(float scalar) : v(scalar - FloatVector{}) {}
};

LIFEREEL_INLINE Int operator+(Int a, Int b) { return Int(a.v + b.v); }
LIFEREEL_INLINE Int operator-(Int a, Int b) { return Int(a.v - b.v); }
LIFEREEL_INLINE Int operator*(Int a, Int b) { return Int(a.v * b.v); }
LIFEREEL_INLINE Int operator&(Int a, Int b) { return Int(a.v & b.v); }
LIFEREEL_INLINE Int operator|(Int a, Int b) { return Int(a.v | b.v); }
LIFEREEL_INLINE Float operator+(Float a, Float b) { return Float(a.v + b.v); }
LIFEREEL_INLINE Float operator-(Float a, Float b) { return Float(a.v - b.v); }
LIFEREEL_INLINE Float operator*(Float a, Float b) { return Float(a.v * b.v); }

LIFEREEL_INLINE Int shift_right(Int a, int n) {
  return Int(reinterpret_cast<IntVector>(reinterpret_cast<BitsVector>(a.v) >> n));
}
LIFEREEL_INLINE Int to_bits(Float a) { return Int(reinterpret_cast<IntVector>(a.v)); }
LIFEREEL_INLINE Float from_bits(Int a) { return Float(reinterpret_cast<FloatVector>(a.v)); }
LIFEREEL_INLINE Float absolute(Float a) { return from_bits(to_bits(a) & Int(0x7fffffff)); }
LIFEREEL_INLINE Float to_float(Int a) { return Float(__builtin_convertvector(a.v, FloatVector)); }
LIFEREEL_INLINE Int truncate(Float a) { return Int(__builtin_convertvector(a.v, IntVector)); }
LIFEREEL_INLINE Float keep_from(Float x, Float limit) {
  return from_bits(to_bits(x) & Int(reinterpret_cast<IntVector>(x.v >= limit.v)));
}

// minimum: a < b ? a : b, maximum: a > b ? a : b; x86's own instructions do exactly that.
LIFEREEL_INLINE Float minimum(Float a, Float b) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return Float(_mm512_min_ps(a.v, b.v));
#elif LIFEREEL_LANES == 8 && defined(__AVX__)
  return Float(_mm256_min_ps(a.v, b.v));
#elif LIFEREEL_LANES == 4 && defined(__SSE2__)
  return Float(_mm_min_ps(a.v, b.v));
#else
  return Float(a.v < b.v ? a.v : b.v);
#endif
}
LIFEREEL_INLINE Float maximum(Float a, Float b) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return Float(_mm512_max_ps(a.v, b.v));
#elif LIFEREEL_LANES == 8 && defined(__AVX__)
  return Float(_mm256_max_ps(a.v, b.v));
#elif LIFEREEL_LANES == 4 && defined(__SSE2__)
  return Float(_mm_max_ps(a.v, b.v));
#else
  return Float(a.v > b.v ? a.v : b.v);
#endif
}

/// Whether any lane of a is at most its lane of b.
LIFEREEL_INLINE bool any_at_most(Float a, Float b) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return _mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ) != 0;
#elif LIFEREEL_LANES == 8 && defined(__AVX__)
  return _mm256_movemask_ps(_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)) != 0;
#elif LIFEREEL_LANES == 4 && defined(__SSE2__)
  return _mm_movemask_ps(_mm_cmple_ps(a.v, b.v)) != 0;
#else
  const IntVector mask = reinterpret_cast<IntVector>(a.v <= b.v);
  std::int32_t any = 0;
  for (int lane = 0; lane < lanes; ++lane) any |= mask[lane];
  return any != 0;
#endif
}

LIFEREEL_INLINE Float load(const float* from) {
  Float a;
  memcpy(&a.v, from, sizeof a.v);
  return a;
}
LIFEREEL_INLINE Int load(const std::int32_t* from) {
  Int a;
  memcpy(&a.v, from, sizeof a.v);
  return a;
}
LIFEREEL_INLINE void store(float* to, Float a) { memcpy(to, &a.v, sizeof a.v); }

LIFEREEL_INLINE float largest_lane(Float a) {
  float largest = a.v[0];
  for (int lane = 1; lane < lanes; ++lane) largest = a.v[lane] > largest ? a.v[lane] : largest;
  return largest;
}

/// Writes the lanes, each 0..255, as bytes.
LIFEREEL_INLINE void store_bytes(std::uint8_t* to, Int a) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  const __m128i bytes = _mm512_cvtepi32_epi8(reinterpret_cast<__m512i>(a.v));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
#elif LIFEREEL_LANES == 8 && defined(__AVX2__)
  const __m256i words = reinterpret_cast<__m256i>(a.v);
  const __m128i halves =
      _mm_packs_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(halves, halves));
#else
  using ByteVector = std::uint8_t __attribute__((vector_size(LIFEREEL_LANES)));
  const ByteVector bytes = __builtin_convertvector(reinterpret_cast<BitsVector>(a.v), ByteVector);
  memcpy(to, &bytes, sizeof bytes);
#endif
}

}  // namespace lifereel::LIFEREEL_ISA
