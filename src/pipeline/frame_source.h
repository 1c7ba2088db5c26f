// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>

#include "src/job_control.h"
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
  /// The same of so many at once, where that is a scene's way; false: nothing is done.
  bool jump(std::int64_t frames);
  /// The same of so many, which a job that waits for them shows as its progress about five times a
  /// second and may cancel. `after_each` (may be empty) runs after each of them, and after a jump.
  void pass(std::int64_t frames, const JobControl& control,
            const std::function<void()>& after_each = {});

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
/// been drawn in `format`, too. The rest as FrameSource::pass().
void pass_frames(Engine& engine, const PictureFormat& format, std::int64_t frames,
                 const JobControl& control, const std::function<void()>& after_each = {});

}  // namespace lifereel
