// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "encoders/picture.h"
#include "sim/engine.h"

namespace lifereel {

/// How pictures lie in a slot: planes with rows of whole 64-byte lines, which x264 and x265 read
/// fastest and which the MPEG-2 encoder takes by reference where they equal its own. Where a film
/// has chroma but its universe no colour, a slot has luma alone, and all pictures share one neutral
/// chroma plane, which is drawn once. Behind the planes lies how `species` species move, where that
/// is wanted.
class PictureLayout {
 public:
  PictureLayout(const PictureFormat& format, int width, int height, bool has_colour,
                int species = 0);
  /// For what `engine` draws.
  PictureLayout(const PictureFormat& format, const Engine& engine, bool with_motion = false)
      : PictureLayout(format, engine.settings().width, engine.settings().height,
                      engine.draws_colour(), with_motion ? engine.settings().species : 0) {}

  /// Bytes of one slot.
  std::size_t slot_bytes() const noexcept { return slot_bytes_; }

  /// Where an engine draws in a slot's memory.
  PictureTarget target(std::uint8_t* slot) const noexcept;

  /// The picture that lies in `slot`. Valid as long as this object and the slot.
  Picture picture(const std::uint8_t* slot, std::int64_t pts_frames) const noexcept;

 private:
  PictureFormat format_;
  int width_, height_;
  std::size_t stride_bytes_[3] = {};
  std::size_t offset_bytes_[3] = {};  // in a slot
  int planes_in_slot_;
  int species_;
  std::size_t motion_offset_bytes_ = 0;
  std::size_t slot_bytes_ = 0;
  std::shared_ptr<std::uint8_t> neutral_;  // aligned as slots are
};

}  // namespace lifereel
