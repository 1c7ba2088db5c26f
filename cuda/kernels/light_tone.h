// SPDX-License-Identifier: GPL-2.0-or-later
// Light to the samples of a picture, on the GPU.
#pragma once

#include "cuda/kernels/light_kernels.h"
#include "sim/arithmetic/tube.h"

namespace lifereel {

/// What is drawn into: planes whose rows lie so many samples apart, whole fours.
template <class Sample>
struct SamplePlanes {
  Sample *luma, *cb, *cr;
  std::int32_t pitch, chroma_pitch;
};

/// What the stages of a picture need beside light; null where a stage is off.
struct ToneStages {
  const float* noise;  ///< dither_size rows of as many, added before a value is cut
  const float *vignette_columns, *vignette_rows;              ///< of pixels
  const float *vignette_block_columns, *vignette_block_rows;  ///< of blocks
  const float* grain;                                         ///< its template
  const FrameClock* clock;                                    ///< its frame draws the grain
  const float* mask;                                          ///< of a tube, by column of pixels
  arithmetic::TubeConstants pixels_on_tube, blocks_on_tube;
  bool filmic;

  static constexpr std::int32_t dither_size = 64;
};

/// A thread two blocks side by side: 4x2 pixels.
template <class Sample>
struct ToneLight : KernelBody {
  static constexpr const char* name = sizeof(Sample) == 2 ? "ToneLight, 10 bits" : "ToneLight";
  LightImage image;
  LightLevel glow;  ///< the bloom, a sample for 4x4 pixels; its luma null: none
  const arithmetic::ToneConstants* tone;
  const arithmetic::MatrixConstants* matrix;
  ToneStages stages;
  SamplePlanes<Sample> planes;
  arithmetic::CodeRange range;

  LIFEREEL_KERNEL std::int32_t quads() const { return (image.width + 3) / 4; }
  LIFEREEL_KERNEL std::int32_t threads() const { return image.height / 2 * quads(); }

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i >= threads()) return;
    const std::int32_t row = i / quads(), quad = i % quads();  // of blocks
    const FourFloats upper = image.luma[image.quad(2 * row, quad)];
    const FourFloats lower = image.luma[image.quad(2 * row + 1, quad)];
    const TwoFloats cb = image.cb[image.quad(row, quad)], cr = image.cr[image.quad(row, quad)];
    const arithmetic::ToneConstants constants = *tone;
    FourFloats bloom{};
    if (has_glow()) bloom = bloom_of_blocks(0, row, quad);
    tone_row(constants, upper, bloom, 2 * row, quad);
    tone_row(constants, lower, bloom, 2 * row + 1, quad);
    TwoFloats luma;
    for (std::int32_t b = 0; b < 2; ++b)
      luma.v[b] = arithmetic::sum_of_block(upper.v[2 * b], lower.v[2 * b], upper.v[2 * b + 1],
                                           lower.v[2 * b + 1]);
    tone_blocks(constants, luma, cb, cr, bloom, row, quad);
  }

 private:
  struct alignas(4 * sizeof(Sample)) FourSamples {
    Sample v[4];
  };
  struct alignas(2 * sizeof(Sample)) TwoSamples {
    Sample v[2];
  };

  LIFEREEL_KERNEL float tone_of(float light, const arithmetic::ToneConstants& constants,
                                float most) const {
    return stages.filmic ? arithmetic::filmic_tone(light, constants, most)
                         : arithmetic::log_tone(light, constants, most);
  }
  LIFEREEL_KERNEL float noise(std::int32_t row, std::int32_t column) const {
    constexpr std::int32_t size = ToneStages::dither_size;
    return stages.noise[row % size * size + column % size];
  }

  LIFEREEL_KERNEL bool has_glow() const { return glow.channel[0] != nullptr; }

  // What glows at two blocks side by side, and at one before and one after them: the glow, doubled.
  // The row may be one beside the picture. Kept in memory it would be six bytes a pixel, written
  // and read.
  LIFEREEL_KERNEL FourFloats bloom_of_blocks(std::int32_t c, std::int32_t row,
                                             std::int32_t quad) const {
    const std::int32_t r = glow.within(row, image.height / 2);
    const float* const near = glow.row(c, r / 2);
    const float* const far = glow.row_within(c, r / 2 + (r % 2 == 0 ? -1 : 1));
    const auto mixed = [near, far](std::int32_t at) {
      return arithmetic::doubled(near[at], far[at]);
    };
    const float before = mixed(glow.within(quad - 1, glow.width)), here = mixed(quad),
                after = mixed(glow.within(quad + 1, glow.width));
    FourFloats bloom = {{arithmetic::doubled(before, here), arithmetic::doubled(here, before),
                         arithmetic::doubled(here, after), arithmetic::doubled(after, here)}};
    // Where the last sample of a row is of one block, the next block beyond an edge is not what the
    // next sample makes it. (The one after the next is beside no pixel then.)
    const bool is_first = quad == 0;
    if (image.width % 4 != 0 && (is_first || quad == glow.width - 1)) {
      const std::int32_t b = glow.within(is_first ? -1 : 2 * quad + 1, image.width / 2);
      const std::int32_t beside = glow.within(b / 2 + (b % 2 == 0 ? -1 : 1), glow.width);
      const float beyond = arithmetic::doubled(mixed(b / 2), mixed(beside));
      if (is_first)
        bloom.v[0] = beyond;
      else
        bloom.v[2] = beyond;
    }
    return bloom;
  }

  // At four pixels of a row, of which `near` is the bloom of their own blocks.
  LIFEREEL_KERNEL FourFloats bloom_of_pixels(const FourFloats& near, std::int32_t row,
                                             std::int32_t quad) const {
    const FourFloats far = bloom_of_blocks(0, row / 2 + (row % 2 == 0 ? -1 : 1), quad);
    float mixed[4];
    for (std::int32_t k = 0; k < 4; ++k) mixed[k] = arithmetic::doubled(near.v[k], far.v[k]);
    return {{arithmetic::doubled(mixed[1], mixed[0]), arithmetic::doubled(mixed[1], mixed[2]),
             arithmetic::doubled(mixed[2], mixed[1]), arithmetic::doubled(mixed[2], mixed[3])}};
  }

  LIFEREEL_KERNEL void tone_row(const arithmetic::ToneConstants& constants, FourFloats light,
                                const FourFloats& bloom_of_own_blocks, std::int32_t row,
                                std::int32_t quad) const {
    FourFloats bloom;
    if (has_glow()) bloom = bloom_of_pixels(bloom_of_own_blocks, row, quad);
    const float* grain = nullptr;
    if (stages.grain != nullptr)
      grain = stages.grain + grain_row_start(stages.clock->frames, row, 4 * quad / grain_block) +
              4 * quad % grain_block;
    FourSamples samples;
    for (std::int32_t k = 0; k < 4; ++k) {
      const std::int32_t column = 4 * quad + k;
      float lit = light.v[k] * constants.exposure;
      if (has_glow()) lit = arithmetic::with_bloom(lit, bloom.v[k], constants);
      lit = lit + constants.background[0];
      if (stages.vignette_rows != nullptr)
        lit = arithmetic::with_vignette(lit, stages.vignette_columns[column],
                                        stages.vignette_rows[row]);
      const bool on_tube = stages.mask != nullptr;
      float code = tone_of(lit, constants, on_tube ? 1.0f : range.luma_gain);
      if (on_tube) code = pixel_on_tube(code, row, column) * range.luma_gain;
      if (grain != nullptr) code = arithmetic::with_grain<Sample>(code, grain[k], range.luma_gain);
      samples.v[k] = static_cast<Sample>(
          arithmetic::luma_code_value(code, noise(row, column) + range.luma_offset));
    }
    *reinterpret_cast<FourSamples*>(planes.luma + static_cast<std::int64_t>(row) * planes.pitch +
                                    4 * quad) = samples;
  }

  LIFEREEL_KERNEL float pixel_on_tube(float luma, std::int32_t row, std::int32_t column) const {
    const arithmetic::TubeConstants& c = stages.pixels_on_tube;
    float seen = stages.mask[column];
    float line = static_cast<float>(row) + 0.5f;
    if (c.barrel.row_curve > 0.0f) {
      const auto place =
          arithmetic::glass_place(arithmetic::from_middle(column, c.barrel.half_width),
                                  arithmetic::from_middle(row, c.barrel.half_height), c.barrel);
      line = place.row + c.barrel.half_height;
      seen = seen * arithmetic::on_glass(place, c.outline);
    }
    return arithmetic::luma_on_tube(luma, arithmetic::gap_at(line, c.beam), seen, c.beam);
  }

  LIFEREEL_KERNEL float block_on_tube(float luma, std::int32_t row, std::int32_t column) const {
    const arithmetic::TubeConstants& c = stages.blocks_on_tube;
    float seen = c.mask;
    float middle = static_cast<float>(row) * 2.0f + 1.0f;
    if (c.barrel.row_curve > 0.0f) {
      const auto place =
          arithmetic::glass_place(arithmetic::from_middle(column, c.barrel.half_width),
                                  arithmetic::from_middle(row, c.barrel.half_height), c.barrel);
      middle = (place.row + c.barrel.half_height) * 2.0f;
      seen = seen * arithmetic::on_glass(place, c.outline);
    }
    return arithmetic::luma_on_tube(luma, arithmetic::gap_at(middle - 0.5f, c.beam),
                                    arithmetic::gap_at(middle + 0.5f, c.beam), seen, c.beam);
  }

  LIFEREEL_KERNEL void tone_blocks(const arithmetic::ToneConstants& constants,
                                   const TwoFloats& luma_sums, TwoFloats cb_sums, TwoFloats cr_sums,
                                   const FourFloats& luma_bloom, std::int32_t row,
                                   std::int32_t quad) const {
    const float quarter = constants.exposure * 0.25f;
    FourFloats cb_bloom{}, cr_bloom{};
    if (has_glow()) {
      cb_bloom = bloom_of_blocks(1, row, quad);
      cr_bloom = bloom_of_blocks(2, row, quad);
    }
    TwoSamples blue, red;
    for (std::int32_t b = 0; b < 2; ++b) {
      const std::int32_t column = 2 * quad + b;
      float light = luma_sums.v[b] * quarter;
      float cb = cb_sums.v[b] * quarter, cr = cr_sums.v[b] * quarter;
      if (has_glow()) {
        light = arithmetic::with_bloom(light, luma_bloom.v[1 + b], constants);
        cb = arithmetic::with_bloom(cb, cb_bloom.v[1 + b], constants);
        cr = arithmetic::with_bloom(cr, cr_bloom.v[1 + b], constants);
      }
      light = light + constants.background[0];
      cb = cb + constants.background[1];
      cr = cr + constants.background[2];
      float dimmed = light;
      if (stages.vignette_rows != nullptr)
        dimmed = arithmetic::with_vignette(light, stages.vignette_block_columns[column],
                                           stages.vignette_block_rows[row]);
      float luma = tone_of(dimmed, constants, 1.0f);
      if (stages.mask != nullptr) luma = block_on_tube(luma, row, column);
      arithmetic::tone_opponents(cb, cr, light, luma, *matrix, range.chroma_gain);
      const float added = noise(row, column) + range.chroma_offset;
      blue.v[b] = static_cast<Sample>(arithmetic::chroma_code_value<Sample>(cb, added));
      red.v[b] = static_cast<Sample>(arithmetic::chroma_code_value<Sample>(cr, added));
    }
    const std::int64_t at = static_cast<std::int64_t>(row) * planes.chroma_pitch + 2 * quad;
    *reinterpret_cast<TwoSamples*>(planes.cb + at) = blue;
    *reinterpret_cast<TwoSamples*>(planes.cr + at) = red;
  }
};

}  // namespace lifereel
