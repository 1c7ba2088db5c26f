// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "src/pipeline/picture_layout.h"

namespace lifereel {

/// The pictures of a universe for whoever looks at one after another, in memory for one. Not
/// thread-safe.
class FrameSource {
 public:
  /// `engine` must outlive this object; the first picture is the one after the frame it is at.
  FrameSource(Engine& engine, const PictureFormat& format);

  void next() {
    step();
    draw();
  }
  /// The halves of next().
  void step() { engine_.step(); }
  void draw();
  /// As next(), for a picture that nobody looks at.
  void pass();

  /// Pictures drawn so far.
  std::int64_t frames() const noexcept { return frames_; }
  /// The last one drawn, numbered from 0; valid until the next, as long as this object.
  Picture picture() const noexcept { return layout_.picture(memory_.picture(0), frames_ - 1); }

 private:
  Engine& engine_;
  const PictureLayout layout_;
  const PictureMemory memory_;
  std::int64_t frames_ = 0;
};

/// Brings an engine past frames that no film shows: those that do follow are drawn as if these had
/// been drawn in `format`, too. A set `cancel` (may be nullptr) ends it with Cancelled.
void pass_frames(Engine& engine, const PictureFormat& format, std::int64_t frames,
                 const std::atomic<bool>* cancel);

}  // namespace lifereel
