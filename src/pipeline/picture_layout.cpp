// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/picture_layout.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

namespace lifereel {
namespace {

constexpr std::size_t line_bytes = 64;

std::size_t whole_lines(int bytes) {
  return (static_cast<std::size_t>(bytes) + line_bytes - 1) / line_bytes * line_bytes;
}

std::shared_ptr<std::uint8_t> neutral_plane(std::size_t bytes, int bit_depth) {
  // libavfilter takes planes by reference only when they are aligned.
  constexpr std::align_val_t alignment{line_bytes};
  std::shared_ptr<std::uint8_t> plane(
      static_cast<std::uint8_t*>(::operator new(bytes, alignment)),
      [](std::uint8_t* data) { ::operator delete(data, alignment); });
  if (sample_bytes(bit_depth) == 2)
    std::fill_n(reinterpret_cast<std::uint16_t*>(plane.get()), bytes / 2,
                static_cast<std::uint16_t>(neutral_chroma_of(bit_depth)));
  else
    std::memset(plane.get(), neutral_chroma, bytes);
  return plane;
}

}  // namespace

PictureLayout::PictureLayout(const PictureFormat& format, int width, int height, bool has_colour,
                             int species)
    : format_(format.pixel_format == PixelFormat::gray8
                  ? format_for_size(PixelFormat::gray8, width, height)
                  : format),
      width_(width),
      height_(height),
      planes_in_slot_(has_colour ? plane_count(format.pixel_format) : 1),
      species_(species) {
  for (int plane = 0; plane < plane_count(format.pixel_format); ++plane) {
    const PlaneSize size = plane_size(plane, width, height);
    stride_bytes_[plane] = whole_lines(size.width * sample_bytes(format_.colour.bit_depth));
    const std::size_t bytes = stride_bytes_[plane] * static_cast<std::size_t>(size.height);
    if (plane < planes_in_slot_) {
      offset_bytes_[plane] = slot_bytes_;
      slot_bytes_ += bytes;
    } else if (!neutral_) {
      neutral_ = neutral_plane(bytes, format_.colour.bit_depth);
    }
  }
  motion_offset_bytes_ = slot_bytes_;
  slot_bytes_ += whole_lines(species * static_cast<int>(sizeof(SpeciesMotion)));
}

PictureTarget PictureLayout::target(std::uint8_t* slot) const noexcept {
  PictureTarget target;
  target.colour = format_.colour;
  for (int plane = 0; plane < planes_in_slot_; ++plane)
    target.planes[plane] = {slot + offset_bytes_[plane], stride_bytes_[plane]};
  if (species_ == 0) return target;
  // An engine that tells of no motion leaves stillness.
  target.motion = reinterpret_cast<SpeciesMotion*>(slot + motion_offset_bytes_);
  std::uninitialized_fill_n(target.motion, species_, SpeciesMotion());
  return target;
}

Picture PictureLayout::picture(const std::uint8_t* slot, std::int64_t pts_frames) const noexcept {
  Picture picture;
  picture.format = format_.pixel_format;
  picture.width = width_;
  picture.height = height_;
  for (int plane = 0; plane < plane_count(format_.pixel_format); ++plane) {
    picture.planes[plane] = plane < planes_in_slot_ ? slot + offset_bytes_[plane] : neutral_.get();
    picture.stride_bytes[plane] = static_cast<int>(stride_bytes_[plane]);
  }
  picture.pts_frames = pts_frames;
  picture.species = species_;
  if (species_ > 0)
    picture.motion = reinterpret_cast<const SpeciesMotion*>(slot + motion_offset_bytes_);
  return picture;
}

}  // namespace lifereel
