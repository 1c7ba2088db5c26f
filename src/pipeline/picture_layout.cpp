// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/picture_layout.h"

#include <cstring>
#include <new>

namespace lifereel {
namespace {

constexpr std::size_t line_bytes = 64;

std::size_t whole_lines(int pixels) {
  return (static_cast<std::size_t>(pixels) + line_bytes - 1) / line_bytes * line_bytes;
}

}  // namespace

PictureLayout::PictureLayout(PixelFormat format, int width, int height)
    : format_(format),
      width_(width),
      height_(height),
      luma_stride_bytes_(whole_lines(width)),
      chroma_stride_bytes_(whole_lines((width + 1) / 2)) {
  if (format != PixelFormat::yuv420p) return;
  // libavfilter takes planes by reference only when they are aligned.
  constexpr std::align_val_t alignment{line_bytes};
  const std::size_t bytes = chroma_stride_bytes_ * static_cast<std::size_t>((height + 1) / 2);
  chroma_.reset(static_cast<std::uint8_t*>(::operator new(bytes, alignment)),
                [](std::uint8_t* data) { ::operator delete(data, alignment); });
  std::memset(chroma_.get(), 128, bytes);
}

std::size_t PictureLayout::slot_bytes() const noexcept {
  return luma_stride_bytes_ * static_cast<std::size_t>(height_);
}

LumaPlane PictureLayout::luma_plane(std::uint8_t* slot) const noexcept {
  return {slot, luma_stride_bytes_,
          format_ == PixelFormat::gray8 ? LumaRange::full : LumaRange::limited};
}

Picture PictureLayout::picture(const std::uint8_t* slot, std::int64_t pts_frames) const noexcept {
  Picture picture;
  picture.format = format_;
  picture.width = width_;
  picture.height = height_;
  picture.planes[0] = slot;
  picture.stride_bytes[0] = static_cast<int>(luma_stride_bytes_);
  if (format_ == PixelFormat::yuv420p) {
    picture.planes[1] = picture.planes[2] = chroma_.get();
    picture.stride_bytes[1] = picture.stride_bytes[2] = static_cast<int>(chroma_stride_bytes_);
  }
  picture.pts_frames = pts_frames;
  return picture;
}

}  // namespace lifereel
