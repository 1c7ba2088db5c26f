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

void PictureToner::tone(const LightSource& light, const LightPyramid& pyramid,
                        const PictureTone& tone, const PictureTarget& target, WorkerPool& pool) {
  const Picture picture{light, pyramid, tone, target};
  pool.run(bands_.count(), 1,
           [&](int thread, std::int32_t band) { tone_band(thread, picture, band); });
}

void PictureToner::tone_band(int thread, const Picture& picture, std::int32_t band) {
  Scratch& scratch = scratch_[static_cast<std::size_t>(thread)];
  const std::int32_t first = bands_.first_row_of(band), end = bands_.first_row_of(band + 1);
  const auto glow_of = [&](std::int32_t row) { return scratch.glow[row & 3].data(); };
  const bool bloom = picture.pyramid.levels() > 0;
  for (std::int32_t row = first - 1; bloom && row <= first; ++row)
    picture.pyramid.luma_row(row, glow_of(row));
  for (std::int32_t row = first; row < end; ++row) {
    BlockRow from{picture.light.rows(thread, row), nullptr, nullptr, nullptr};
    if (bloom) {
      picture.pyramid.luma_row(row + 1, glow_of(row + 1));
      from.above = glow_of(row - 1), from.glow = glow_of(row), from.below = glow_of(row + 1);
    }
    tone_luma(picture, from, 2 * row, scratch.grain);
    tone_luma(picture, from, 2 * row + 1, scratch.grain);
    if (picture.target.has_chroma()) tone_chroma(picture, from, row);
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

void PictureToner::tone_luma(const Picture& picture, const BlockRow& from, std::int32_t row,
                             std::vector<float>& grain) const {
  const bool lower = row % 2 != 0;
  LumaRow luma{};
  static_cast<TonedRow&>(luma) = toned_row(picture.target, false, row);
  luma.light = from.light.luma[lower ? 1 : 0];
  luma.is_far = picture.light.is_far();
  luma.glow = {from.glow, lower ? from.below : from.above, blocks_wide_,
               picture.pyramid.edges() == LightPyramid::Edges::open};
  if (look_.grain > 0) {
    grain_.fill_row(picture.tone.frame, row, width_, grain.data());
    luma.grain = grain.data();
  }
  const TubeRow tube = tube_row(false, row);
  if (look_.has_tube()) luma.tube = &tube;
  kernels_.tone_luma(luma, picture.tone.constants, look_.tone == ToneCurve::filmic);
}

void PictureToner::tone_chroma(const Picture& picture, const BlockRow& from,
                               std::int32_t block_row) const {
  ChromaRow chroma{};
  static_cast<TonedRow&>(chroma) = toned_row(picture.target, true, block_row);
  chroma.to_cr = row_of(picture.target.planes[2], block_row);
  for (int odd = 0; odd < 2; ++odd) chroma.light[odd] = from.light.luma[odd];
  chroma.cb = from.light.cb;
  chroma.cr = from.light.cr;
  if (from.glow != nullptr) {
    chroma.glow_luma = from.glow;
    chroma.glow_cb = picture.pyramid.cb_rows(block_row);
    chroma.glow_cr = picture.pyramid.cr_rows(block_row);
  }
  const TubeRow tube = tube_row(true, block_row);
  if (look_.has_tube()) chroma.tube = &tube;
  kernels_.tone_chroma(chroma, picture.tone.constants, look_.tone == ToneCurve::filmic,
                       picture.tone.matrix);
}

}  // namespace lifereel
