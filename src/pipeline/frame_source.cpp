// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/frame_source.h"

#include "src/pipeline/cancellation.h"

namespace lifereel {

FrameSource::FrameSource(Engine& engine, const PictureFormat& format)
    : engine_(engine),
      layout_(format, engine),
      memory_(engine.allocate_picture_memory(layout_.slot_bytes(), 1)) {}

void FrameSource::draw() {
  engine_.draw(layout_.target(memory_.picture(0)));
  ++frames_;
}

void FrameSource::pass() {
  step();
  engine_.pass(layout_.target(memory_.picture(0)));
  ++frames_;
}

void pass_frames(Engine& engine, const PictureFormat& format, std::int64_t frames,
                 const std::atomic<bool>* cancel) {
  if (frames == 0) return;
  FrameSource nobody_looks(engine, format);
  const CancellableSteps cancellable(engine, cancel);
  while (nobody_looks.frames() < frames) {
    throw_if_cancelled(cancel);
    nobody_looks.pass();
  }
}

}  // namespace lifereel
