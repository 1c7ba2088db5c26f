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
using WordVector = std::uint16_t __attribute__((vector_size(4 * LIFEREEL_LANES)));

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

// Modulo 2^32.
LIFEREEL_INLINE Int operator+(Int a, Int b) {
  return Int(reinterpret_cast<IntVector>(reinterpret_cast<BitsVector>(a.v) +
                                         reinterpret_cast<BitsVector>(b.v)));
}
LIFEREEL_INLINE Int operator-(Int a, Int b) {
  return Int(reinterpret_cast<IntVector>(reinterpret_cast<BitsVector>(a.v) -
                                         reinterpret_cast<BitsVector>(b.v)));
}
LIFEREEL_INLINE Int operator*(Int a, Int b) {
  return Int(reinterpret_cast<IntVector>(reinterpret_cast<BitsVector>(a.v) *
                                         reinterpret_cast<BitsVector>(b.v)));
}
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
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return Float(_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x.v, limit.v, _CMP_GE_OQ), x.v));
#else
  return from_bits(to_bits(x) & Int(reinterpret_cast<IntVector>(x.v >= limit.v)));
#endif
}
/// x where `gate` is above 0, else +0.
LIFEREEL_INLINE Float keep_where_positive(Float x, Float gate) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return Float(_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(gate.v, FloatVector{}, _CMP_GT_OQ), x.v));
#else
  return from_bits(to_bits(x) & Int(reinterpret_cast<IntVector>(gate.v > FloatVector{})));
#endif
}

#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
// What arithmetic.h takes from the bits, in one instruction each.
LIFEREEL_INLINE Float exponent_of(Float x) { return Float(_mm512_getexp_ps(x.v)); }
LIFEREEL_INLINE Float mantissa_of(Float x) {
  return Float(_mm512_getmant_ps(x.v, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src));
}
#endif

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

/// All bits of a lane set where it is so, else none.
LIFEREEL_INLINE Int where_less(Float a, Float b) {
  return Int(reinterpret_cast<IntVector>(a.v < b.v));
}
LIFEREEL_INLINE Int where_equal(Int a, Int b) {
  return Int(reinterpret_cast<IntVector>(a.v == b.v));
}
LIFEREEL_INLINE Int chosen(Int where, Int a, Int b) { return Int(where.v != 0 ? a.v : b.v); }
LIFEREEL_INLINE Float chosen(Int where, Float a, Float b) {
  return Float(where.v != 0 ? a.v : b.v);
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

LIFEREEL_INLINE void store(std::int32_t* to, Int a) { memcpy(to, &a.v, sizeof a.v); }

/// Lane after lane that of a and then b which `from` numbers.
template <class From>
LIFEREEL_INLINE Float shuffled(Float a, Float b, const From& from) {
#if defined(__clang__)
  Float result(0.0f);
  for (int lane = 0; lane < lanes; ++lane)
    result.v[lane] = from(lane) < lanes ? a.v[from(lane)] : b.v[from(lane) - lanes];
  return result;
#else
  IntVector numbers{};
  for (int lane = 0; lane < lanes; ++lane) numbers[lane] = from(lane);
  return Float(__builtin_shuffle(a.v, b.v, numbers));
#endif
}

/// Of a and then b every second lane: the first, third ... and the second, fourth ...
LIFEREEL_INLINE void deinterleave(Float a, Float b, Float& even, Float& odd) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  const __m512i evens =
      _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odds = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  even = Float(_mm512_permutex2var_ps(a.v, evens, b.v));
  odd = Float(_mm512_permutex2var_ps(a.v, odds, b.v));
#elif LIFEREEL_LANES == 8 && defined(__AVX2__)
  const auto in_order = [](__m256 halves) __attribute__((always_inline)) {
    return Float(_mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(halves), 0b11'01'10'00)));
  };
  even = in_order(_mm256_shuffle_ps(a.v, b.v, 0b10'00'10'00));
  odd = in_order(_mm256_shuffle_ps(a.v, b.v, 0b11'01'11'01));
#else
  even = shuffled(a, b, [](int lane) { return 2 * lane; });
  odd = shuffled(a, b, [](int lane) { return 2 * lane + 1; });
#endif
}
/// The other way: a and then b have the lanes of both in turn.
LIFEREEL_INLINE void interleave(Float even, Float odd, Float& a, Float& b) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  const __m512i lower = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i upper =
      _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  a = Float(_mm512_permutex2var_ps(even.v, lower, odd.v));
  b = Float(_mm512_permutex2var_ps(even.v, upper, odd.v));
#elif LIFEREEL_LANES == 8 && defined(__AVX2__)
  const __m256 low = _mm256_unpacklo_ps(even.v, odd.v), high = _mm256_unpackhi_ps(even.v, odd.v);
  a = Float(_mm256_permute2f128_ps(low, high, 0x20));
  b = Float(_mm256_permute2f128_ps(low, high, 0x31));
#else
  a = shuffled(even, odd, [](int lane) { return lane % 2 * lanes + lane / 2; });
  b = shuffled(even, odd, [](int lane) { return lane % 2 * lanes + (lanes + lane) / 2; });
#endif
}
/// The last lane of `before`, then all of a but its last.
LIFEREEL_INLINE Float moved_up(Float before, Float a) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return from_bits(Int(reinterpret_cast<IntVector>(_mm512_alignr_epi32(
      reinterpret_cast<__m512i>(a.v), reinterpret_cast<__m512i>(before.v), 15))));
#elif LIFEREEL_LANES == 8 && defined(__AVX2__)
  const auto middle = reinterpret_cast<__m256i>(_mm256_permute2f128_ps(before.v, a.v, 0x21));
  return from_bits(Int(
      reinterpret_cast<IntVector>(_mm256_alignr_epi8(reinterpret_cast<__m256i>(a.v), middle, 12))));
#else
  return shuffled(before, a, [](int lane) { return lanes - 1 + lane; });
#endif
}
/// All of a but its first lane, then the first of `after`.
LIFEREEL_INLINE Float moved_down(Float a, Float after) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return from_bits(Int(reinterpret_cast<IntVector>(
      _mm512_alignr_epi32(reinterpret_cast<__m512i>(after.v), reinterpret_cast<__m512i>(a.v), 1))));
#elif LIFEREEL_LANES == 8 && defined(__AVX2__)
  const auto middle = reinterpret_cast<__m256i>(_mm256_permute2f128_ps(a.v, after.v, 0x21));
  return from_bits(Int(
      reinterpret_cast<IntVector>(_mm256_alignr_epi8(middle, reinterpret_cast<__m256i>(a.v), 4))));
#else
  return shuffled(a, after, [](int lane) { return lane + 1; });
#endif
}

/// from[index] of every lane; an index is less than twice the number of lanes, and all samples up
/// to there may be read.
LIFEREEL_INLINE Float picked(const float* from, Int index) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return Float(_mm512_permutex2var_ps(load(from).v, reinterpret_cast<__m512i>(index.v),
                                      load(from + lanes).v));
#elif LIFEREEL_LANES == 8 && defined(__AVX2__)
  const auto number = reinterpret_cast<__m256i>(index.v);
  const __m256 first = _mm256_permutevar8x32_ps(load(from).v, number);
  const __m256 second = _mm256_permutevar8x32_ps(load(from + lanes).v, number);
  return Float(
      _mm256_blendv_ps(first, second, _mm256_castsi256_ps(_mm256_slli_epi32(number, 32 - 4))));
#else
  Float a;
  for (int lane = 0; lane < lanes; ++lane) a.v[lane] = from[index.v[lane]];
  return a;
#endif
}

/// 0, 1, 2 ...
LIFEREEL_INLINE Int lane_numbers() {
  Int a;
  for (int lane = 0; lane < lanes; ++lane) a.v[lane] = lane;
  return a;
}

LIFEREEL_INLINE std::int32_t sum_lanes(Int a) {
  std::int32_t sum = 0;
  for (int lane = 0; lane < lanes; ++lane) sum += a.v[lane];
  return sum;
}

/// a in the first `count` lanes, b in the others.
LIFEREEL_INLINE Float first_lanes(std::int32_t count, Float a, Float b) {
  return Float(lane_numbers().v < Int(count).v ? a.v : b.v);
}

LIFEREEL_INLINE float largest_lane(Float a) {
  float largest = a.v[0];
  for (int lane = 1; lane < lanes; ++lane) largest = a.v[lane] > largest ? a.v[lane] : largest;
  return largest;
}

/// Two vectors that go through the same operations side by side: each has long chains to wait for,
/// and a processor's window is too short to find the next one by itself.
template <class T>
struct Pair {
  T a, b;
  Pair() = default;
  __attribute__((always_inline)) Pair(T first, T second) : a(first), b(second) {}
  template <class S>
  __attribute__((always_inline)) Pair(S scalar) : a(scalar), b(scalar) {}

  friend __attribute__((always_inline)) Pair operator+(Pair x, Pair y) {
    return {x.a + y.a, x.b + y.b};
  }
  friend __attribute__((always_inline)) Pair operator-(Pair x, Pair y) {
    return {x.a - y.a, x.b - y.b};
  }
  friend __attribute__((always_inline)) Pair operator*(Pair x, Pair y) {
    return {x.a * y.a, x.b * y.b};
  }
  friend __attribute__((always_inline)) Pair operator&(Pair x, Pair y) {
    return {x.a & y.a, x.b & y.b};
  }
  friend __attribute__((always_inline)) Pair operator|(Pair x, Pair y) {
    return {x.a | y.a, x.b | y.b};
  }
};
template <class T>
LIFEREEL_INLINE Pair<T> shift_right(Pair<T> x, int n) {
  return {shift_right(x.a, n), shift_right(x.b, n)};
}
template <class T>
LIFEREEL_INLINE auto to_bits(Pair<T> x) {
  return Pair<decltype(to_bits(x.a))>(to_bits(x.a), to_bits(x.b));
}
template <class T>
LIFEREEL_INLINE auto from_bits(Pair<T> x) {
  return Pair<decltype(from_bits(x.a))>(from_bits(x.a), from_bits(x.b));
}
template <class T>
LIFEREEL_INLINE Pair<T> absolute(Pair<T> x) {
  return {absolute(x.a), absolute(x.b)};
}
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
template <class T>
LIFEREEL_INLINE Pair<T> exponent_of(Pair<T> x) {
  return {exponent_of(x.a), exponent_of(x.b)};
}
template <class T>
LIFEREEL_INLINE Pair<T> mantissa_of(Pair<T> x) {
  return {mantissa_of(x.a), mantissa_of(x.b)};
}
#endif
template <class T>
LIFEREEL_INLINE Pair<T> minimum(Pair<T> x, Pair<T> y) {
  return {minimum(x.a, y.a), minimum(x.b, y.b)};
}
template <class T>
LIFEREEL_INLINE Pair<T> maximum(Pair<T> x, Pair<T> y) {
  return {maximum(x.a, y.a), maximum(x.b, y.b)};
}

template <class T>
LIFEREEL_INLINE auto to_float(Pair<T> x) {
  return Pair<decltype(to_float(x.a))>(to_float(x.a), to_float(x.b));
}
template <class T>
LIFEREEL_INLINE auto truncate(Pair<T> x) {
  return Pair<decltype(truncate(x.a))>(truncate(x.a), truncate(x.b));
}

/// Four vectors side by side.
using Floats = Pair<Pair<Float>>;
using Ints = Pair<Pair<Int>>;
inline constexpr std::int32_t squad = 4;

template <class T>
LIFEREEL_INLINE Pair<Pair<T>> four(T a, T b, T c, T d) {
  return {{a, b}, {c, d}};
}

/// Twice as many unsigned 16-bit integers, modulo 2^16.
struct Words {
  WordVector v;
  Words() = default;
  __attribute__((always_inline)) Words(WordVector vector) : v(vector) {}
  __attribute__((always_inline)) Words(std::int32_t scalar)
      : v(static_cast<std::uint16_t>(scalar) - WordVector{}) {}
};
LIFEREEL_INLINE Words operator+(Words a, Words b) { return Words(a.v + b.v); }
LIFEREEL_INLINE Words operator*(Words a, Words b) { return Words(a.v * b.v); }
LIFEREEL_INLINE Words shift_right(Words a, int n) { return Words(a.v >> n); }

/// Writes four vectors of 0..255 as bytes, after `map` has mapped them as words.
template <class Map>
LIFEREEL_INLINE void store_bytes(std::uint8_t* to, Ints x, const Map& map) {
#if LIFEREEL_LANES == 16 && defined(__AVX512BW__)
  const auto words = [&map](Int a, Int b) __attribute__((always_inline)) {
    const __m512i packed =
        _mm512_packs_epi32(reinterpret_cast<__m512i>(a.v), reinterpret_cast<__m512i>(b.v));
    return reinterpret_cast<__m512i>(map(Words(reinterpret_cast<WordVector>(packed))).v);
  };
  // Packing works within 128 bits.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes = _mm512_packus_epi16(words(x.a.a, x.a.b), words(x.b.a, x.b.b));
  _mm512_storeu_si512(to, _mm512_permutexvar_epi32(order, bytes));
#elif LIFEREEL_LANES == 8 && defined(__AVX2__)
  const auto words = [&map](Int a, Int b) __attribute__((always_inline)) {
    const __m256i packed =
        _mm256_packs_epi32(reinterpret_cast<__m256i>(a.v), reinterpret_cast<__m256i>(b.v));
    return reinterpret_cast<__m256i>(map(Words(reinterpret_cast<WordVector>(packed))).v);
  };
  // Packing works within 128 bits.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i bytes = _mm256_packus_epi16(words(x.a.a, x.a.b), words(x.b.a, x.b.b));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permutevar8x32_epi32(bytes, order));
#elif LIFEREEL_LANES == 4 && defined(__SSE2__)
  const auto words = [&map](Int a, Int b) __attribute__((always_inline)) {
    const __m128i packed =
        _mm_packs_epi32(reinterpret_cast<__m128i>(a.v), reinterpret_cast<__m128i>(b.v));
    return reinterpret_cast<__m128i>(map(Words(reinterpret_cast<WordVector>(packed))).v);
  };
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                   _mm_packus_epi16(words(x.a.a, x.a.b), words(x.b.a, x.b.b)));
#else
  using HalfVector = std::uint16_t __attribute__((vector_size(2 * LIFEREEL_LANES)));
  using ByteVector = std::uint8_t __attribute__((vector_size(2 * LIFEREEL_LANES)));
  const auto store_two = [&map](std::uint8_t* bytes_to, Int a, Int b) {
    const HalfVector halves[2] = {
        __builtin_convertvector(reinterpret_cast<BitsVector>(a.v), HalfVector),
        __builtin_convertvector(reinterpret_cast<BitsVector>(b.v), HalfVector)};
    Words words;
    memcpy(&words.v, halves, sizeof words.v);
    const ByteVector bytes = __builtin_convertvector(map(words).v, ByteVector);
    memcpy(bytes_to, &bytes, sizeof bytes);
  };
  store_two(to, x.a.a, x.a.b);
  store_two(to + 2 * lanes, x.b.a, x.b.b);
#endif
}

/// Writes four vectors of 0..32767 as 16-bit integers.
LIFEREEL_INLINE void store_words(std::uint8_t* to, Ints x) {
#if LIFEREEL_LANES == 4 && defined(__SSE2__)
  const auto store_two = [](std::uint8_t * two_to, Int a, Int b) __attribute__((always_inline)) {
    _mm_storeu_si128(
        reinterpret_cast<__m128i*>(two_to),
        _mm_packs_epi32(reinterpret_cast<__m128i>(a.v), reinterpret_cast<__m128i>(b.v)));
  };
#elif LIFEREEL_LANES == 8 && defined(__AVX2__)
  const auto store_two = [](std::uint8_t * two_to, Int a, Int b) __attribute__((always_inline)) {
    // Packing works within 128 bits.
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(two_to),
                        _mm256_permute4x64_epi64(_mm256_packs_epi32(reinterpret_cast<__m256i>(a.v),
                                                                    reinterpret_cast<__m256i>(b.v)),
                                                 0b11'01'10'00));
  };
#else
  using HalfVector = std::uint16_t __attribute__((vector_size(2 * LIFEREEL_LANES)));
  const auto store_two = [](std::uint8_t * two_to, Int a, Int b) __attribute__((always_inline)) {
    const HalfVector halves[2] = {
        __builtin_convertvector(reinterpret_cast<BitsVector>(a.v), HalfVector),
        __builtin_convertvector(reinterpret_cast<BitsVector>(b.v), HalfVector)};
    memcpy(two_to, halves, sizeof halves);
  };
#endif
  store_two(to, x.a.a, x.a.b);
  store_two(to + 4 * lanes, x.b.a, x.b.b);
}

}  // namespace lifereel::LIFEREEL_ISA
