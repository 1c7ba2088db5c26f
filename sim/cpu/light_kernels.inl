// SPDX-License-Identifier: GPL-2.0-or-later
// Drawing in light, included by one source file for each instruction set.
#pragma once

#include "sim/arithmetic/light.h"
#include "sim/cpu/kernels.inl"
#include "sim/cpu/light_kernels.h"
#include "sim/cpu/tube_kernels.inl"
#include "sim/light/exposure.h"

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
LIFEREEL_INLINE void add_row(std::int32_t* to, const Row& weights) {
  Row sum;
  memcpy(&sum, to, sizeof sum);
  sum += weights;
  memcpy(to, &sum, sizeof sum);
}

// All that a point touches at once: what is added last is long stored when the next point, which is
// near it more often than not, reads it.
template <class Row, int radius>
void add_points_of(const SplatRows& rows, const std::int32_t* points, std::int32_t count,
                   const PointWeights& weights) {
  const PointWeights w = weights;
  std::int32_t *luma[2 * radius + 1], *chroma[radius + 1];
  for (int i = 0; i <= 2 * radius; ++i) luma[i] = rows.luma[i];
  for (int i = 0; i <= radius; ++i) chroma[i] = rows.chroma[i];
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t column = points[i] & ((1 << point_bin_shift) - 1);
    const std::int32_t bin = points[i] >> point_bin_shift;
    const std::int32_t* const of_luma = w.luma + bin * w.luma_bin_stride;
    const std::int32_t* const of_chroma =
        w.chroma + bin * w.chroma_bin_stride + (column & 1) * w.chroma_odd_stride;
#pragma GCC unroll 16
    for (int distance = 0; distance <= radius; ++distance) {
      Row row;
      memcpy(&row, of_luma + distance * w.row, sizeof row);
      add_row(luma[radius - distance] + column, row);
      if (distance > 0) add_row(luma[radius + distance] + column, row);
    }
    // The two channels alternate: a block's begin at twice its column.
#pragma GCC unroll 16
    for (int block = 0; block <= radius; ++block) {
      Row row;
      memcpy(&row, of_chroma + 2 * block * w.row, sizeof row);
      add_row(chroma[block] + (column & ~1), row);
    }
  }
}

void add_points(const SplatRows& rows, const std::int32_t* points, std::int32_t count,
                const PointWeights& weights) {
  switch (weights.radius) {
    case 1:
      return add_points_of<NarrowRow, 1>(rows, points, count, weights);
    case 2:
      return add_points_of<NarrowRow, 2>(rows, points, count, weights);
    case 3:
      return add_points_of<WideRow, 3>(rows, points, count, weights);
    case 4:
      return add_points_of<WideRow, 4>(rows, points, count, weights);
    case 5:
      return add_points_of<WideRow, 5>(rows, points, count, weights);
    default:
      return add_points_of<WideRow, 6>(rows, points, count, weights);
  }
}

// sum_of_block() of as many as a vector has lanes.
LIFEREEL_INLINE Float sums_of_blocks(Float upper0, Float lower0, Float upper1, Float lower1) {
  Float left, right;
  deinterleave(upper0 + lower0, upper1 + lower1, left, right);
  return left + right;
}
LIFEREEL_INLINE Float sums_of_blocks(const float* upper, const float* lower) {
  return sums_of_blocks(load(upper), load(lower), load(upper + lanes), load(lower + lanes));
}

// Splats are cleared when they are read: it is then that they are at hand.
LIFEREEL_INLINE Float take_splat(std::int32_t* splat) {
  const Float light = to_float(load(splat));
  store(splat, Int(0));
  return light;
}

// Kernels copy what they are given by reference: what they write could be that.
template <bool splats, bool turns>
float fade_blocks_of(const FadedRows& faded_rows, std::int32_t blocks, float decay,
                     arithmetic::FadedHue hue) {
  const FadedRows rows = faded_rows;
  Float largest(0.0f);
  for (std::int32_t i = 0; i < blocks; i += lanes) {
    if (rows.is_far) {
      for (int vector = 0; vector < 4; ++vector)
        __builtin_prefetch(rows.luma[vector / 2] + 2 * i + samples_ahead + vector % 2 * lanes, 1);
      __builtin_prefetch(rows.cb + i + samples_ahead, 1);
      __builtin_prefetch(rows.cr + i + samples_ahead, 1);
    }
    Float faded_luma[2][2];
    for (int row = 0; row < 2; ++row) {
      for (int half = 0; half < 2; ++half) {
        float* const light = rows.luma[row] + 2 * i + half * lanes;
        const Float added =
            splats ? take_splat(rows.splat.luma[row] + 2 * i + half * lanes) : Float(0.0f);
        faded_luma[row][half] = arithmetic::fade_light(load(light), added, decay);
        store(light, faded_luma[row][half]);
      }
    }
    const Float luma =
        sums_of_blocks(faded_luma[0][0], faded_luma[1][0], faded_luma[0][1], faded_luma[1][1]);
    store(rows.block_luma + i, luma);
    largest = maximum(largest, luma);

    arithmetic::Opponents<Float> added{Float(0.0f), Float(0.0f)};
    if (splats)
      deinterleave(take_splat(rows.splat.chroma + 2 * i),
                   take_splat(rows.splat.chroma + 2 * i + lanes), added.cb, added.cr);
    arithmetic::Opponents<Float> faded{load(rows.cb + i), load(rows.cr + i)};
    faded = arithmetic::fade_opponents<turns>(faded, added, luma, hue);
    store(rows.cb + i, faded.cb);
    store(rows.cr + i, faded.cr);
  }
  return largest_lane(largest);
}

float fade_blocks(const FadedRows& rows, std::int32_t blocks, float decay,
                  arithmetic::FadedHue hue) {
  const bool turns = hue.sine > 0.0f;
  if (rows.splat.chroma == nullptr)
    return turns ? fade_blocks_of<false, true>(rows, blocks, decay, hue)
                 : fade_blocks_of<false, false>(rows, blocks, decay, hue);
  return turns ? fade_blocks_of<true, true>(rows, blocks, decay, hue)
               : fade_blocks_of<true, false>(rows, blocks, decay, hue);
}

void halve_sums(const float* row0, const float* row1, std::int32_t width, float* to,
                std::int32_t to_width) {
  for (std::int32_t i = 0; i < to_width; i += lanes)
    store(to + i, sums_of_blocks(row0 + 2 * i, row1 + 2 * i));
  if (width % 2 != 0) to[width / 2] = (row0[width - 1] + row1[width - 1]) * 2.0f;
}

// Neighbours are often as bright as each other: in one histogram each would wait for the one
// before.
void count_light(const float* light, std::int32_t count, std::uint32_t* histograms) {
  const Float dark = arithmetic::from_bits((first_exposure_bin - 1) << exposure_bin_shift);
  const Float brightest =
      arithmetic::from_bits((first_exposure_bin + exposure_bins - 1) << exposure_bin_shift);
  for (std::int32_t i = 0; i < count; i += lanes) {
    const Float within = minimum(maximum(load(light + i), dark), brightest);
    const Int bins = shift_right(to_bits(within), exposure_bin_shift) - Int(first_exposure_bin - 1);
    std::int32_t bin[lanes];
    store(bin, bins);
    const std::int32_t here = count - i < lanes ? count - i : lanes;
    for (std::int32_t lane = 0; lane < here; ++lane)
      ++histograms[lane % counted_apart * light_bins + bin[lane]];
  }
}

void halve(const float* const rows[4], std::int32_t width, bool open, float* to,
           std::int32_t to_width, float* scratch) {
  float* const mixed = scratch + 1;
  for (std::int32_t i = 0; i < width; i += lanes)
    store(mixed + i, arithmetic::halved(load(rows[0] + i), load(rows[3] + i), load(rows[1] + i),
                                        load(rows[2] + i)));
  const float last = mixed[width - 1];
  mixed[-1] = open ? mixed[0] : last;
  const float after[2] = {open ? last : mixed[0], open ? last : mixed[1 % width]};
  memcpy(mixed + width, after, sizeof after);
  for (std::int32_t i = 0; i < to_width; i += lanes) {
    const float* const from = mixed + 2 * i;
    Float outer0, outer1, inner0, inner1;
    deinterleave(load(from - 1), load(from + lanes - 1), outer0, inner0);
    deinterleave(load(from + 1), load(from + lanes + 1), inner1, outer1);
    store(to + i,
          arithmetic::halved(outer0, outer1, inner0, inner1) * Float(arithmetic::halved_scale));
  }
}

// What double_row() makes of two rows, from the left on: two vectors for each of theirs.
class Doubled {
 public:
  __attribute__((always_inline)) explicit Doubled(const SampleRows& rows) : rows_(rows) {
    if (rows.near == nullptr) return;
    const std::int32_t last = rows.width - 1;
    const float left_end = arithmetic::doubled(rows.near[0], rows.far[0]);
    const float right_end = arithmetic::doubled(rows.near[last], rows.far[last]);
    after_end_ = rows.open ? right_end : left_end;
    here_ = mixed_at(0);
    here_far_ = here_ * Float(0.25f);
    before_far_ = Float((rows.open ? left_end : right_end) * 0.25f);
  }

  __attribute__((always_inline)) void next(Float& first, Float& second) {
    at_ += lanes;
    const Float after = mixed_at(at_), after_far = after * Float(0.25f);
    const Float here_near = here_ * Float(0.75f);
    interleave(here_near + moved_up(before_far_, here_far_),
               here_near + moved_down(here_far_, after_far), first, second);
    before_far_ = here_far_;
    here_ = after;
    here_far_ = after_far;
  }
  __attribute__((always_inline)) Floats next() {
    Floats four_vectors;
    next(four_vectors.a.a, four_vectors.a.b);
    next(four_vectors.b.a, four_vectors.b.b);
    return four_vectors;
  }

 private:
  // Both rows mixed into one, and what follows their last sample.
  __attribute__((always_inline)) Float mixed_at(std::int32_t i) const {
    if (i + lanes <= rows_.width) return mixed(i);
    const Float after(after_end_);
    return i < rows_.width ? first_lanes(rows_.width - i, mixed(i), after) : after;
  }
  __attribute__((always_inline)) Float mixed(std::int32_t i) const {
    return arithmetic::doubled(load(rows_.near + i), load(rows_.far + i));
  }

  const SampleRows rows_;
  float after_end_ = 0.0f;
  std::int32_t at_ = 0;
  Float here_{0.0f}, here_far_{0.0f}, before_far_{0.0f};
};

void double_row(const SampleRows& rows, bool adds, float* to) {
  Doubled doubled(rows);
  for (std::int32_t i = 0; i < 2 * rows.width; i += 2 * lanes) {
    Float first, second;
    doubled.next(first, second);
    store(to + i, adds ? load(to + i) + first : first);
    store(to + i + lanes, adds ? load(to + i + lanes) + second : second);
  }
}

LIFEREEL_INLINE Floats load_four(const float* from) {
  return four(load(from), load(from + lanes), load(from + 2 * lanes), load(from + 3 * lanes));
}

LIFEREEL_INLINE Floats four_sums_of_blocks(const float* upper, const float* lower) {
  return four(sums_of_blocks(upper, lower), sums_of_blocks(upper + 2 * lanes, lower + 2 * lanes),
              sums_of_blocks(upper + 4 * lanes, lower + 4 * lanes),
              sums_of_blocks(upper + 6 * lanes, lower + 6 * lanes));
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
LIFEREEL_INLINE void store_code_values(std::uint8_t* to, Ints values) {
  if (sizeof(Sample) == 2)
    store_words(to, values);
  else
    store_bytes(to, values, [](Words words) { return words; });
}

template <bool filmic>
LIFEREEL_INLINE Floats tone_of(Floats light, const arithmetic::ToneConstants& tone, float most) {
  return filmic ? arithmetic::filmic_tone(light, tone, most)
                : arithmetic::log_tone(light, tone, most);
}

// A row's noise with the range's offset.
struct OffsetNoise {
  float samples[light_block];
  explicit OffsetNoise(const TonedRow& row) {
    for (std::int32_t i = 0; i < light_block; ++i) samples[i] = row.noise[i] + row.offset;
  }
  __attribute__((always_inline)) Floats at(std::int32_t i) const {
    return load_four(samples + i % light_block);
  }
};

// With a tube, other stages are looked for in the row.
template <class Sample, bool filmic, bool bloom, bool vignette, bool grain, Glass glass>
void tone_luma_row(const LumaRow& luma_row, const arithmetic::ToneConstants& constants) {
  const LumaRow row = luma_row;
  const arithmetic::ToneConstants tone = constants;
  std::uint8_t* const to[1] = {row.to};
  const OffsetNoise noise(row);
  const LumaTube<glass> tube(row);
  constexpr bool may_lack = glass != Glass::none;
  Doubled glow(row.glow);
  tone_blocks<Sample>(
      to,
      row.count, [&](std::int32_t i, std::uint8_t* const* bytes) __attribute__((always_inline)) {
        for (std::int32_t vector = 0; row.is_far && vector < 4; ++vector)
          __builtin_prefetch(row.light + i + samples_ahead + vector * lanes);
        Floats light = load_four(row.light + i) * Floats(tone.exposure);
        if (bloom && !(may_lack && row.glow.near == nullptr))
          light = arithmetic::with_bloom(light, glow.next(), tone);
        light = light + Floats(tone.background[0]);
        if (vignette && !(may_lack && row.vignette == nullptr))
          light = arithmetic::with_vignette(light, load_four(row.vignette + i), row.vignette_row);
        Floats code = tone_of<filmic>(light, tone, glass == Glass::none ? row.gain : 1.0f);
        if (glass != Glass::none) code = tube.seen(i, code) * Floats(row.gain);
        if (grain && !(may_lack && row.grain == nullptr))
          code = arithmetic::with_grain<Sample>(code, load_four(row.grain + i), row.gain);
        store_code_values<Sample>(bytes[0], arithmetic::luma_code_value(code, noise.at(i)));
      });
}

template <class Sample, bool filmic, bool bloom>
void tone_luma_with(const LumaRow& row, const arithmetic::ToneConstants& tone) {
  if (row.grain != nullptr) {
    if (row.vignette != nullptr)
      tone_luma_row<Sample, filmic, bloom, true, true, Glass::none>(row, tone);
    else
      tone_luma_row<Sample, filmic, bloom, false, true, Glass::none>(row, tone);
  } else if (row.vignette != nullptr) {
    tone_luma_row<Sample, filmic, bloom, true, false, Glass::none>(row, tone);
  } else {
    tone_luma_row<Sample, filmic, bloom, false, false, Glass::none>(row, tone);
  }
}

template <class Sample, bool filmic>
void tone_luma_on_tube(const LumaRow& row, const arithmetic::ToneConstants& tone) {
  if (bulges(*row.tube))
    tone_luma_row<Sample, filmic, true, true, true, Glass::bulging>(row, tone);
  else
    tone_luma_row<Sample, filmic, true, true, true, Glass::flat>(row, tone);
}

template <class Sample>
void tone_luma_of(const LumaRow& row, const arithmetic::ToneConstants& tone, bool filmic) {
  if (row.tube != nullptr) {
    if (filmic)
      tone_luma_on_tube<Sample, true>(row, tone);
    else
      tone_luma_on_tube<Sample, false>(row, tone);
  } else if (filmic) {
    if (row.glow.near != nullptr)
      tone_luma_with<Sample, true, true>(row, tone);
    else
      tone_luma_with<Sample, true, false>(row, tone);
  } else if (row.glow.near != nullptr) {
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

template <class Sample, bool filmic, bool bloom, Glass glass>
void tone_chroma_row(const ChromaRow& chroma_row, const arithmetic::ToneConstants& constants,
                     const arithmetic::MatrixConstants& matrix_constants) {
  const ChromaRow row = chroma_row;
  const arithmetic::ToneConstants tone = constants;
  const arithmetic::MatrixConstants matrix = matrix_constants;
  std::uint8_t* const to[2] = {row.to, row.to_cr};
  const float quarter = tone.exposure * 0.25f;
  const OffsetNoise noise(row);
  const ChromaTube<glass> tube(row);
  Doubled glow_cb(row.glow_cb), glow_cr(row.glow_cr);
  tone_blocks<Sample>(
      to,
      row.count, [&](std::int32_t i, std::uint8_t* const* bytes) __attribute__((always_inline)) {
        Floats light =
            four_sums_of_blocks(row.light[0] + 2 * i, row.light[1] + 2 * i) * Floats(quarter);
        Floats cb = load_four(row.cb + i) * Floats(quarter);
        Floats cr = load_four(row.cr + i) * Floats(quarter);
        if (bloom && !(glass != Glass::none && row.glow_luma == nullptr)) {
          light = arithmetic::with_bloom(light, load_four(row.glow_luma + i), tone);
          cb = arithmetic::with_bloom(cb, glow_cb.next(), tone);
          cr = arithmetic::with_bloom(cr, glow_cr.next(), tone);
        }
        light = light + Floats(tone.background[0]);
        cb = cb + Floats(tone.background[1]);
        cr = cr + Floats(tone.background[2]);
        Floats dimmed = light;
        if (row.vignette != nullptr)
          dimmed = arithmetic::with_vignette(light, load_four(row.vignette + i), row.vignette_row);
        Floats luma = tone_of<filmic>(dimmed, tone, 1.0f);
        if (glass != Glass::none) luma = tube.seen(i, luma);
        arithmetic::tone_opponents(cb, cr, light, luma, matrix, row.gain);
        store_code_values<Sample>(bytes[0], arithmetic::chroma_code_value<Sample>(cb, noise.at(i)));
        store_code_values<Sample>(bytes[1], arithmetic::chroma_code_value<Sample>(cr, noise.at(i)));
      });
}

template <class Sample, bool filmic>
void tone_chroma_on_tube(const ChromaRow& row, const arithmetic::ToneConstants& tone,
                         const arithmetic::MatrixConstants& matrix) {
  if (bulges(*row.tube))
    tone_chroma_row<Sample, filmic, true, Glass::bulging>(row, tone, matrix);
  else
    tone_chroma_row<Sample, filmic, true, Glass::flat>(row, tone, matrix);
}

template <class Sample>
void tone_chroma_of(const ChromaRow& row, const arithmetic::ToneConstants& tone, bool filmic,
                    const arithmetic::MatrixConstants& matrix) {
  if (row.tube != nullptr) {
    if (filmic)
      tone_chroma_on_tube<Sample, true>(row, tone, matrix);
    else
      tone_chroma_on_tube<Sample, false>(row, tone, matrix);
  } else if (filmic) {
    if (row.glow_luma != nullptr)
      tone_chroma_row<Sample, true, true, Glass::none>(row, tone, matrix);
    else
      tone_chroma_row<Sample, true, false, Glass::none>(row, tone, matrix);
  } else if (row.glow_luma != nullptr) {
    tone_chroma_row<Sample, false, true, Glass::none>(row, tone, matrix);
  } else {
    tone_chroma_row<Sample, false, false, Glass::none>(row, tone, matrix);
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
const LightKernels light_kernels = {add_points, fade_blocks, halve_sums, count_light, halve,
                                    double_row, bend_row,    tone_luma,  tone_chroma};

}  // namespace lifereel::LIFEREEL_ISA
