// SPDX-License-Identifier: GPL-2.0-or-later
// Drawing in light, included after kernels.inl by one source file for each instruction set.

#include "sim/arithmetic/light.h"
#include "sim/cpu/light_kernels.h"

namespace lifereel::LIFEREEL_ISA {

// What light.h calls on wide types.
LIFEREEL_INLINE Float quotient(Float a, Float b) { return Float(a.v / b.v); }
LIFEREEL_INLINE Float square_root(Float a) {
#if LIFEREEL_LANES == 16 && defined(__AVX512F__)
  return Float(_mm512_sqrt_ps(a.v));
#elif LIFEREEL_LANES == 8 && defined(__AVX__)
  return Float(_mm256_sqrt_ps(a.v));
#elif LIFEREEL_LANES == 4 && defined(__SSE2__)
  return Float(_mm_sqrt_ps(a.v));
#else
  for (int lane = 0; lane < lanes; ++lane) a.v[lane] = __builtin_sqrtf(a.v[lane]);
  return a;
#endif
}
template <class T>
LIFEREEL_INLINE Pair<T> quotient(Pair<T> a, Pair<T> b) {
  return {quotient(a.a, b.a), quotient(a.b, b.b)};
}
template <class T>
LIFEREEL_INLINE Pair<T> square_root(Pair<T> a) {
  return {square_root(a.a), square_root(a.b)};
}

namespace {

using NarrowRow = std::int32_t __attribute__((vector_size(32)));
using WideRow = std::int32_t __attribute__((vector_size(64)));

template <class Row>
LIFEREEL_INLINE void add_row(std::int32_t* to, const std::int32_t* weights) {
  Row weight, row;
  memcpy(&weight, weights, sizeof weight);
  memcpy(&row, to, sizeof row);
  row += weight;
  memcpy(to, &row, sizeof row);
}

template <class Row, bool upper, bool lower>
LIFEREEL_INLINE void add_rows(const SplatRows& splat, const std::int32_t* points,
                              std::int32_t count, const PointWeights& weights) {
  std::int32_t* const luma0 = splat.luma[0];
  std::int32_t* const luma1 = splat.luma[1];
  std::int32_t* const chroma = splat.chroma;
  const PointWeights w = weights;
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t column = points[i] & ((1 << point_bin_shift) - 1);
    const std::int32_t bin = points[i] >> point_bin_shift;
    if (upper) add_row<Row>(luma0 + column, w.luma[0] + bin * w.luma_bin_stride);
    if (lower) add_row<Row>(luma1 + column, w.luma[1] + bin * w.luma_bin_stride);
    // The two channels alternate: a block's begin at twice its column.
    add_row<Row>(chroma + (column & ~1),
                 w.chroma + bin * w.chroma_bin_stride + (column & 1) * w.chroma_odd_stride);
  }
}

template <class Row>
void add_points_of(const SplatRows& splat, const std::int32_t* points, std::int32_t count,
                   const PointWeights& weights) {
  if (splat.luma[0] == nullptr)
    add_rows<Row, false, true>(splat, points, count, weights);
  else if (splat.luma[1] == nullptr)
    add_rows<Row, true, false>(splat, points, count, weights);
  else
    add_rows<Row, true, true>(splat, points, count, weights);
}

void add_points(const SplatRows& splat, const std::int32_t* points, std::int32_t count,
                const PointWeights& weights) {
  if (weights.wide)
    add_points_of<WideRow>(splat, points, count, weights);
  else
    add_points_of<NarrowRow>(splat, points, count, weights);
}

float fade_luma(float* light, const std::int32_t* splat, std::int32_t count, float decay) {
  Float largest(0.0f);
  for (std::int32_t i = 0; i < count; i += lanes) {
    const Float added = splat == nullptr ? Float(0.0f) : to_float(load(splat + i));
    const Float faded = arithmetic::fade_light(load(light + i), added, decay);
    store(light + i, faded);
    largest = maximum(largest, faded);
  }
  return largest_lane(largest);
}

float sum_blocks(const float* row0, const float* row1, float* sums, std::int32_t blocks) {
  for (std::int32_t i = 0; i < blocks; ++i)
    sums[i] = arithmetic::sum_of_block(row0[2 * i], row1[2 * i], row0[2 * i + 1], row1[2 * i + 1]);
  Float largest(0.0f);
  for (std::int32_t i = 0; i < blocks; i += lanes) largest = maximum(largest, load(sums + i));
  return largest_lane(largest);
}

void fade_chroma(float* cb, float* cr, const float* luma, const std::int32_t* splat,
                 std::int32_t blocks, arithmetic::FadedHue hue) {
  for (std::int32_t i = 0; i < blocks; ++i) {
    const arithmetic::Opponents added = {
        splat == nullptr ? 0.0f : static_cast<float>(splat[2 * i]),
        splat == nullptr ? 0.0f : static_cast<float>(splat[2 * i + 1])};
    const auto faded = arithmetic::fade_opponents({cb[i], cr[i]}, added, luma[i], hue);
    cb[i] = faded.cb;
    cr[i] = faded.cr;
  }
}

void halve_sums(const float* row0, const float* row1, std::int32_t width, float* to,
                std::int32_t to_width) {
  const std::int32_t whole = width / 2;
  for (std::int32_t i = 0; i < whole; ++i)
    to[i] = arithmetic::sum_of_block(row0[2 * i], row1[2 * i], row0[2 * i + 1], row1[2 * i + 1]);
  if (whole < to_width) to[whole] = (row0[width - 1] + row1[width - 1]) * 2.0f;
}

void halve(const float* const rows[4], std::int32_t width, float* to, std::int32_t to_width,
           float* scratch) {
  float* const mixed = scratch + 1;
  for (std::int32_t i = 0; i < width; ++i)
    mixed[i] = arithmetic::halved(rows[0][i], rows[3][i], rows[1][i], rows[2][i]);
  mixed[-1] = mixed[width - 1];
  mixed[width] = mixed[0];
  mixed[width + 1] = mixed[1 % width];
  for (std::int32_t i = 0; i < to_width; ++i)
    to[i] = arithmetic::halved(mixed[2 * i - 1], mixed[2 * i + 2], mixed[2 * i], mixed[2 * i + 1]) *
            arithmetic::halved_scale;
}

// Rows are mixed anew for each neighbour: that takes less time than what was just stored being read
// again one sample further on.
template <bool adds>
LIFEREEL_INLINE void double_columns(const float* near, const float* far, std::int32_t width,
                                    float* __restrict to, std::int32_t to_width) {
  const auto put = [&](std::int32_t i, float light) __attribute__((always_inline)) {
    to[i] = adds ? to[i] + light : light;
  };
  const auto put_pair = [&](std::int32_t i, std::int32_t before, std::int32_t after)
      __attribute__((always_inline)) {
    const float mixed = arithmetic::doubled(near[i], far[i]);
    put(2 * i, arithmetic::doubled(mixed, arithmetic::doubled(near[before], far[before])));
    if (2 * i + 1 < to_width)
      put(2 * i + 1, arithmetic::doubled(mixed, arithmetic::doubled(near[after], far[after])));
  };
  put_pair(0, width - 1, width > 1 ? 1 : 0);
  for (std::int32_t i = 1; i < width - 1; ++i) {
    const float mixed = arithmetic::doubled(near[i], far[i]);
    put(2 * i, arithmetic::doubled(mixed, arithmetic::doubled(near[i - 1], far[i - 1])));
    put(2 * i + 1, arithmetic::doubled(mixed, arithmetic::doubled(near[i + 1], far[i + 1])));
  }
  if (width > 1) put_pair(width - 1, width - 2, 0);
}

void double_row(const float* near, const float* far, std::int32_t width, bool adds, float* to,
                std::int32_t to_width) {
  if (adds)
    double_columns<true>(near, far, width, to, to_width);
  else
    double_columns<false>(near, far, width, to, to_width);
}

LIFEREEL_INLINE Floats load_four(const float* from) {
  return four(load(from), load(from + lanes), load(from + 2 * lanes), load(from + 3 * lanes));
}

// Calls tone(i, to) for every block of a row; the last one may be written elsewhere and copied.
template <class Sample, int planes, class Tone>
LIFEREEL_INLINE void tone_blocks(std::uint8_t* const (&to)[planes], std::int32_t count,
                                 const Tone& tone) {
  constexpr std::int32_t block = 4 * lanes;
  constexpr auto bytes = static_cast<std::int32_t>(sizeof(Sample));
  std::int32_t i = 0;
  std::uint8_t* whole[planes];
  for (; i + block <= count; i += block) {
    for (int plane = 0; plane < planes; ++plane) whole[plane] = to[plane] + i * bytes;
    tone(i, whole);
  }
  if (i == count) return;
  std::uint8_t last[planes][block * bytes];
  for (int plane = 0; plane < planes; ++plane) whole[plane] = last[plane];
  tone(i, whole);
  for (int plane = 0; plane < planes; ++plane)
    memcpy(to[plane] + i * bytes, last[plane], static_cast<unsigned long>((count - i) * bytes));
}

template <class Sample>
LIFEREEL_INLINE void store_code_values(std::uint8_t* to, Floats exact, Floats noise) {
  const Ints values = arithmetic::code_value<Sample>(exact, noise);
  if (sizeof(Sample) == 2)
    store_words(to, values);
  else
    store_bytes(to, values, [](Words words) { return words; });
}

template <bool filmic>
LIFEREEL_INLINE Floats tone_of(Floats light, const arithmetic::ToneConstants& tone) {
  return filmic ? arithmetic::filmic_tone(light, tone) : arithmetic::log_tone(light, tone);
}

template <class Sample, bool filmic, bool bloom, bool vignette, bool grain>
void tone_luma_row(const LumaRow& row, const arithmetic::ToneConstants& tone) {
  std::uint8_t* const to[1] = {row.to};
  tone_blocks<Sample>(
      to,
      row.count, [&](std::int32_t i, std::uint8_t* const* bytes) __attribute__((always_inline)) {
        Floats light = load_four(row.light + i) * Floats(tone.exposure);
        if (bloom) light = arithmetic::with_bloom(light, load_four(row.bloom + i), tone);
        light = light + Floats(tone.background[0]);
        if (vignette)
          light = arithmetic::with_vignette(light, load_four(row.vignette + i), row.vignette_row);
        const Floats luma = tone_of<filmic>(light, tone);
        Floats code = luma * Floats(row.gain);
        if (grain)
          code = arithmetic::with_grain<Sample>(code, luma, load_four(row.grain + i), row.gain);
        const Floats noise = load_four(row.noise + i % light_block);
        store_code_values<Sample>(bytes[0], code + Floats(row.offset), noise);
      });
}

template <class Sample, bool filmic, bool bloom>
void tone_luma_with(const LumaRow& row, const arithmetic::ToneConstants& tone) {
  if (row.grain != nullptr) {
    if (row.vignette != nullptr)
      tone_luma_row<Sample, filmic, bloom, true, true>(row, tone);
    else
      tone_luma_row<Sample, filmic, bloom, false, true>(row, tone);
  } else if (row.vignette != nullptr) {
    tone_luma_row<Sample, filmic, bloom, true, false>(row, tone);
  } else {
    tone_luma_row<Sample, filmic, bloom, false, false>(row, tone);
  }
}

template <class Sample>
void tone_luma_of(const LumaRow& row, const arithmetic::ToneConstants& tone, bool filmic) {
  if (filmic) {
    if (row.bloom != nullptr)
      tone_luma_with<Sample, true, true>(row, tone);
    else
      tone_luma_with<Sample, true, false>(row, tone);
  } else if (row.bloom != nullptr) {
    tone_luma_with<Sample, false, true>(row, tone);
  } else {
    tone_luma_with<Sample, false, false>(row, tone);
  }
}

void tone_luma(const LumaRow& row, const arithmetic::ToneConstants& tone, bool filmic) {
  if (row.sample_bytes == 2)
    tone_luma_of<std::uint16_t>(row, tone, filmic);
  else
    tone_luma_of<std::uint8_t>(row, tone, filmic);
}

template <class Sample, bool filmic, bool bloom>
void tone_chroma_row(const ChromaRow& row, const arithmetic::ToneConstants& tone,
                     const arithmetic::MatrixConstants& matrix) {
  std::uint8_t* const to[2] = {row.to, row.to_cr};
  const float quarter = tone.exposure * 0.25f;
  tone_blocks<Sample>(
      to,
      row.count, [&](std::int32_t i, std::uint8_t* const* bytes) __attribute__((always_inline)) {
        Floats light = load_four(row.luma + i) * Floats(quarter);
        Floats cb = load_four(row.cb + i) * Floats(quarter);
        Floats cr = load_four(row.cr + i) * Floats(quarter);
        if (bloom) {
          light = arithmetic::with_bloom(light, load_four(row.bloom_luma + i), tone);
          cb = arithmetic::with_bloom(cb, load_four(row.bloom_cb + i), tone);
          cr = arithmetic::with_bloom(cr, load_four(row.bloom_cr + i), tone);
        }
        light = light + Floats(tone.background[0]);
        cb = cb + Floats(tone.background[1]);
        cr = cr + Floats(tone.background[2]);
        Floats dimmed = light;
        if (row.vignette != nullptr)
          dimmed = arithmetic::with_vignette(light, load_four(row.vignette + i), row.vignette_row);
        const Floats luma = tone_of<filmic>(dimmed, tone);
        arithmetic::tone_opponents(cb, cr, light, luma, matrix, row.gain);
        const Floats noise = load_four(row.noise + i % light_block) + Floats(row.offset);
        store_code_values<Sample>(bytes[0], cb, noise);
        store_code_values<Sample>(bytes[1], cr, noise);
      });
}

template <class Sample>
void tone_chroma_of(const ChromaRow& row, const arithmetic::ToneConstants& tone, bool filmic,
                    const arithmetic::MatrixConstants& matrix) {
  if (filmic) {
    if (row.bloom_luma != nullptr)
      tone_chroma_row<Sample, true, true>(row, tone, matrix);
    else
      tone_chroma_row<Sample, true, false>(row, tone, matrix);
  } else if (row.bloom_luma != nullptr) {
    tone_chroma_row<Sample, false, true>(row, tone, matrix);
  } else {
    tone_chroma_row<Sample, false, false>(row, tone, matrix);
  }
}

void tone_chroma(const ChromaRow& row, const arithmetic::ToneConstants& tone, bool filmic,
                 const arithmetic::MatrixConstants& matrix) {
  if (row.sample_bytes == 2)
    tone_chroma_of<std::uint16_t>(row, tone, filmic, matrix);
  else
    tone_chroma_of<std::uint8_t>(row, tone, filmic, matrix);
}

}  // namespace

extern const LightKernels light_kernels;
const LightKernels light_kernels = {add_points, fade_luma,  sum_blocks, fade_chroma, halve,
                                    halve_sums, double_row, tone_luma,  tone_chroma};

}  // namespace lifereel::LIFEREEL_ISA
