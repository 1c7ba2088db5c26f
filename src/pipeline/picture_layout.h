// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "encoders/picture.h"
#include "sim/engine.h"

namespace lifereel {

/// How pictures lie in a slot: a luma plane with rows of whole 64-byte lines, which x264 and x265
/// read fastest and which the MPEG-2 encoder takes by reference where they equal its own; and for
/// yuv420p one constant chroma plane that all pictures share, since gray has no colour.
class PictureLayout {
 public:
  PictureLayout(PixelFormat format, int width, int height);

  /// Bytes of one slot.
  std::size_t slot_bytes() const noexcept;

  /// Where an engine draws in a slot's memory.
  LumaPlane luma_plane(std::uint8_t* slot) const noexcept;

  /// The picture whose luma lies in `slot`. Valid as long as this object and the slot.
  Picture picture(const std::uint8_t* slot, std::int64_t pts_frames) const noexcept;

 private:
  PixelFormat format_;
  int width_, height_;
  std::size_t luma_stride_bytes_, chroma_stride_bytes_;
  std::shared_ptr<std::uint8_t> chroma_;  // aligned as slots are
};

}  // namespace lifereel
