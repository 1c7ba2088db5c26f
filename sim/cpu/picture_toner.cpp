// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/picture_toner.h"

#include "sim/light/blue_noise.h"

namespace lifereel {
namespace {

constexpr std::size_t vector_room = 64;  // what a vector may take beyond a row

std::uint8_t* row_of(const WritablePlane& plane, std::int32_t row) {
  return plane.data + static_cast<std::size_t>(row) * plane.stride_bytes;
}

}  // namespace

PictureToner::Scratch::Scratch(std::size_t pitch) : grain(pitch + vector_room) {
  for (auto& row : glow) row.resize(pitch);
}

PictureToner::PictureToner(const UniverseSettings& universe, const LightKernels& kernels,
                           int threads)
    : look_(universe.look),
      kernels_(kernels),
      width_(universe.width),
      blocks_wide_(universe.width / 2),
      bands_(universe.height / 2, threads),
      grain_(look_.grain),
      vignette_(universe.width, universe.height, look_.vignette, light_block),
      block_vignette_(blocks_wide_, universe.height / 2, look_.vignette, light_block),
      tube_(look_, universe.width, universe.height, light_block) {
  for (int thread = 0; thread < threads; ++thread)
    scratch_.emplace_back(static_cast<std::size_t>(whole_blocks(width_)));
}

void PictureToner::tone(const Light& light, const PictureTarget& target, WorkerPool& pool) {
  pool.run(bands_.count(), 1, [&](int thread, std::int32_t band) {
    tone_band(scratch_[static_cast<std::size_t>(thread)], light, target, band);
  });
}

void PictureToner::tone_band(Scratch& scratch, const Light& light, const PictureTarget& target,
                             std::int32_t band) const {
  const std::int32_t first = bands_.first_row_of(band), end = bands_.first_row_of(band + 1);
  const auto glow_of = [&](std::int32_t row) { return scratch.glow[row & 3].data(); };
  const bool bloom = light.pyramid.levels() > 0;
  for (std::int32_t row = first - 1; bloom && row <= first; ++row)
    light.pyramid.luma_row(row, glow_of(row));
  for (std::int32_t row = first; row < end; ++row) {
    if (bloom) light.pyramid.luma_row(row + 1, glow_of(row + 1));
    for (int odd = 0; odd < 2; ++odd) {
      SampleRows glow{};
      if (bloom)
        glow = {glow_of(row), glow_of(row + (odd == 0 ? -1 : 1)), blocks_wide_,
                light.pyramid.edges() == LightPyramid::Edges::open};
      tone_luma(scratch, light, target, 2 * row + odd, glow);
    }
    if (target.has_chroma()) tone_chroma(light, target, row, bloom ? glow_of(row) : nullptr);
  }
}

// What a row of luma and one of chroma have in common.
TonedRow PictureToner::toned_row(const PictureTarget& target, bool chroma, std::int32_t row) const {
  const arithmetic::CodeRange code =
      arithmetic::code_range(target.colour.range == ColourRange::limited, target.colour.bit_depth);
  const Vignette& vignette = chroma ? block_vignette_ : vignette_;
  TonedRow toned{};
  toned.to = row_of(target.planes[chroma ? 1 : 0], row);
  toned.count = chroma ? blocks_wide_ : width_;
  toned.sample_bytes = sample_bytes(target.colour.bit_depth);
  toned.gain = chroma ? code.chroma_gain : code.luma_gain;
  toned.offset = chroma ? code.chroma_offset : code.luma_offset;
  toned.noise = look_.dither ? blue_noise_row(row) : half_row();
  if (look_.vignette > 0) {
    toned.vignette = vignette.columns.data();
    toned.vignette_row = vignette.rows[static_cast<std::size_t>(row)];
  }
  return toned;
}

TubeRow PictureToner::tube_row(bool chroma, std::int32_t row) const {
  TubeRow tube{};
  tube.constants = chroma ? tube_.blocks : tube_.pixels;
  tube.mask = tube_.mask.data();
  tube.row = arithmetic::from_middle(row, tube.constants.barrel.half_height);
  const auto pixel_row = static_cast<float>(chroma ? 2 * row : row);
  for (int odd = 0; odd < 2; ++odd)
    tube.gap[odd] =
        arithmetic::gap_at(pixel_row + 0.5f + static_cast<float>(odd), tube.constants.beam);
  return tube;
}

void PictureToner::tone_luma(Scratch& scratch, const Light& light, const PictureTarget& target,
                             std::int32_t row, const SampleRows& glow) const {
  LumaRow luma{toned_row(target, false, row), light.planes.luma.row(row), light.planes.is_far(),
               glow, nullptr};
  if (look_.grain > 0) {
    grain_.fill_row(light.frame, row, width_, scratch.grain.data());
    luma.grain = scratch.grain.data();
  }
  const TubeRow tube = tube_row(false, row);
  if (look_.has_tube()) luma.tube = &tube;
  kernels_.tone_luma(luma, light.tone, look_.tone == ToneCurve::filmic);
}

void PictureToner::tone_chroma(const Light& light, const PictureTarget& target,
                               std::int32_t block_row, const float* glow_luma) const {
  ChromaRow chroma{};
  static_cast<TonedRow&>(chroma) = toned_row(target, true, block_row);
  chroma.to_cr = row_of(target.planes[2], block_row);
  for (int odd = 0; odd < 2; ++odd) chroma.light[odd] = light.planes.luma.row(2 * block_row + odd);
  chroma.cb = light.planes.cb.row(block_row);
  chroma.cr = light.planes.cr.row(block_row);
  if (glow_luma != nullptr) {
    chroma.glow_luma = glow_luma;
    chroma.glow_cb = light.pyramid.cb_rows(block_row);
    chroma.glow_cr = light.pyramid.cr_rows(block_row);
  }
  const TubeRow tube = tube_row(true, block_row);
  if (look_.has_tube()) chroma.tube = &tube;
  kernels_.tone_chroma(chroma, light.tone, look_.tone == ToneCurve::filmic, light.matrix);
}

}  // namespace lifereel
