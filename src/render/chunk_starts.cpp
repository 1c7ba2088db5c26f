// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/chunk_starts.h"

#include <optional>
#include <utility>

#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"
#include "src/render/checkpoint_files.h"

namespace lifereel {

ChunkStarts::ChunkStarts(const Engine& engine, std::int64_t warmup, const PictureFormat& pictures,
                         const ChunkPlan& plan, WorkFolder* folder, const std::atomic<bool>* cancel,
                         const std::atomic<bool>* end_early)
    : pictures_(pictures),
      plan_(plan),
      beginning_(engine.frame()),
      first_frame_(beginning_ + static_cast<std::uint64_t>(warmup)),
      kept_frame_(beginning_),
      folder_(folder),
      cancel_(cancel),
      end_early_(end_early) {}

std::int64_t ChunkStarts::resume_warmup(Engine& engine) {
  const auto checkpoint = folder_->checkpoint(-1, 0);
  if (!checkpoint || checkpoint->state.frame <= engine.frame() ||
      checkpoint->state.frame > first_frame_)
    return 0;
  engine.restore(*checkpoint);
  kept_frame_ = engine.frame();
  return warmup_kept();
}

void ChunkStarts::pass_warmup(Engine& engine, const JobControl& control) {
  const auto chunk = static_cast<std::uint64_t>(plan_.chunk_frames);
  const auto left = static_cast<std::int64_t>(first_frame_ - engine.frame());
  pass_frames(engine, pictures_, left, control, [&] {
    throw_if_cancelled(end_early_);
    const std::uint64_t frame = engine.frame();
    if (frame != first_frame_ && frame - kept_frame_ < chunk) return;
    const std::optional<Checkpoint> checkpoint = checkpoint_of(engine);
    if (!checkpoint) return;
    folder_->keep_checkpoint(0, *checkpoint);
    kept_frame_ = frame;
  });
}

void ChunkStarts::reach(Engine& engine, std::int64_t chunk) {
  const std::uint64_t frame = first_frame_ + static_cast<std::uint64_t>(plan_.begin(chunk));
  go_to(engine, frame, chunk);
  // A chunk that is there, but drawn again for its hashes, needs none.
  if (folder_ == nullptr || frame == kept_frame_ || engine.frame() != frame ||
      folder_->pictures(chunk) > 0)
    return;
  if (std::optional<Checkpoint> checkpoint = checkpoint_of(engine)) {
    const std::lock_guard lock(mutex_);
    waiting_.insert_or_assign(chunk, std::move(*checkpoint));
  }
}

void ChunkStarts::go_to(Engine& engine, std::uint64_t frame, std::int64_t chunk) {
  if (engine.frame() >= frame) return;
  if (folder_ != nullptr && plan_.chunk_frames > 0) {
    const std::int64_t passed =
        engine.frame() < first_frame_
            ? -1
            : static_cast<std::int64_t>(engine.frame() - first_frame_) / plan_.chunk_frames;
    if (const auto checkpoint = folder_->checkpoint(passed, chunk);
        checkpoint && checkpoint->state.frame <= frame && checkpoint->state.frame > engine.frame())
      engine.restore(*checkpoint);
  }
  if (engine.frame() == frame) return;
  FrameSource nobody_looks(engine, pictures_);
  if (nobody_looks.jump(static_cast<std::int64_t>(frame - engine.frame()))) return;
  while (engine.frame() < frame) {
    throw_if_cancelled(cancel_);
    if (is_set(end_early_)) return;
    nobody_looks.pass();
  }
}

void ChunkStarts::keep(std::int64_t chunk) {
  Checkpoint checkpoint;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(chunk);
    if (found == waiting_.end()) return;
    checkpoint = std::move(found->second);
    waiting_.erase(found);
  }
  folder_->keep_checkpoint(chunk, checkpoint);
}

}  // namespace lifereel
