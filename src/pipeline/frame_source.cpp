// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/frame_source.h"

#include <stdexcept>

#include "sim/checkpoint.h"
#include "src/pipeline/cancellation.h"

namespace lifereel {
namespace {

constexpr double seconds_between_reports = 0.2;

}  // namespace

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

bool FrameSource::jump(std::int64_t frames) {
  if (engine_.settings().scene == Scene::particle_life) return false;
  Checkpoint checkpoint;
  try {
    engine_.save(checkpoint);
    checkpoint.state.frame += static_cast<std::uint64_t>(frames);
    engine_.restore(checkpoint);
  } catch (const std::logic_error&) {
    return false;  // an engine of somebody's that has no checkpoints
  }
  frames_ += frames;
  return true;
}

void FrameSource::pass(std::int64_t frames, const JobControl& control,
                       const std::function<void()>& after_each) {
  if (frames <= 0) return;
  throw_if_cancelled(control.cancel);
  if (jump(frames)) {
    if (after_each) after_each();
    return;
  }
  const CancellableSteps cancellable(engine_, control.cancel);
  const FrameMeter meter;
  double reported = 0;
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    throw_if_cancelled(control.cancel);
    pass();
    if (after_each) after_each();
    if (!control.progress) continue;
    const JobProgress progress = meter.measure(frame + 1, frames);
    if (progress.seconds < reported + seconds_between_reports) continue;
    reported = progress.seconds;
    control.progress(progress);
  }
}

void pass_frames(Engine& engine, const PictureFormat& format, std::int64_t frames,
                 const JobControl& control, const std::function<void()>& after_each) {
  if (frames > 0) FrameSource(engine, format).pass(frames, control, after_each);
}

}  // namespace lifereel
