// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/farm/start_states.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"
#include "src/render/sealed_file.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

constexpr double seconds_between_states = 30;

}  // namespace

StartStates::StartStates(const JobFolder& job, const FarmTask& task, const PictureFormat& pictures,
                         std::unique_ptr<Engine> passing, const JobControl& control)
    : job_(job),
      task_(task),
      plan_(job.chunks()),
      first_frame_(static_cast<std::uint64_t>(job.settings().warmup)),
      pictures_(pictures),
      passing_(std::move(passing)),
      control_(control),
      files_(job.path(), job.plan().digest, control.cancel) {}

std::uint64_t StartStates::frame_before(std::int64_t chunk) const {
  return first_frame_ + static_cast<std::uint64_t>(plan_.begin(chunk));
}

bool StartStates::begins_task(std::int64_t chunk) const {
  return job_.plan().tasks[static_cast<std::size_t>(job_.task_of(chunk))].first == chunk;
}

bool StartStates::is_due() const {
  return std::chrono::duration<double>(Clock::now() - kept_).count() >= seconds_between_states;
}

void StartStates::reach(Engine& engine, std::int64_t chunk) {
  const std::uint64_t frame = frame_before(chunk);
  if (engine.frame() != frame) {
    const auto begin = Clock::now();
    go_to(engine, chunk);
    seconds_ += std::chrono::duration<double>(Clock::now() - begin).count();
  }
  passing_.reset();
  if (!began_at_) began_at_ = static_cast<std::int64_t>(engine.frame());
  if ((chunk == task_.first && frame > 0) || is_due()) keep(engine, chunk);
}

void StartStates::end(const Engine& engine) {
  if (task_.end < plan_.count() && engine.frame() == frame_before(task_.end))
    keep(engine, task_.end);
  remove_own();
}

// Others may leave states meanwhile: they are looked for at every task's begin.
void StartStates::go_to(Engine& engine, std::int64_t chunk) {
  const std::uint64_t frame = frame_before(chunk);
  Engine& going = passing_ ? *passing_ : engine;
  // The engine that draws has its flag from the pipeline.
  std::optional<CancellableSteps> cancellable;
  if (passing_) cancellable.emplace(*passing_, control_.cancel);
  while (going.frame() < frame) {
    look();
    const auto chunk_at = [&] {
      return static_cast<std::int64_t>(going.frame() - first_frame_) / plan_.chunk_frames;
    };
    const std::int64_t passed = going.frame() <= first_frame_ ? -1 : chunk_at();
    if (const auto state = files_.last(passed, chunk);
        state && state->state.frame > going.frame() && state->state.frame <= frame)
      going.restore(*state);
    if (!began_at_) began_at_ = static_cast<std::int64_t>(going.frame());
    const std::int64_t at = going.frame() < first_frame_ ? 0 : chunk_at();
    const auto task = static_cast<std::size_t>(job_.task_of(std::min(at, plan_.count() - 1)));
    const std::int64_t task_end = job_.plan().tasks[task].end;
    pass(going, task_end < chunk ? frame_before(task_end) : frame);
  }
  if (&going == &engine) return;
  if (const std::optional<Checkpoint> there = checkpoint_of(going)) engine.restore(*there);
}

void StartStates::pass(Engine& engine, std::uint64_t frame) {
  if (engine.frame() >= frame) return;
  FrameSource nobody_looks(engine, pictures_);
  const auto frames = static_cast<std::int64_t>(frame - engine.frame());
  frames_passed_ += frames;
  if (nobody_looks.jump(frames)) return;
  while (engine.frame() < frame) {
    throw_if_cancelled(control_.cancel);
    nobody_looks.pass();
    if (engine.frame() == frame || !is_due()) continue;
    if (engine.frame() <= first_frame_) {
      keep(engine, 0);
      continue;
    }
    const auto passed = static_cast<std::int64_t>(engine.frame() - first_frame_);
    if (passed % plan_.chunk_frames == 0) keep(engine, passed / plan_.chunk_frames);
  }
}

void StartStates::look() {
  std::error_code none;
  for (fs::directory_iterator entry(job_.path(), none), end; !none && entry != end;
       entry.increment(none))
    files_.see(entry->path().filename().string());
}

// Chunk 0's may be of a warm-up that was not over yet. Of others a glance tells, and what was found
// damaged when it was wanted.
bool StartStates::is_there(const Engine& engine, std::int64_t chunk) {
  if (chunk == 0) {
    look();
    const std::optional<Checkpoint> state = files_.last(-1, 0);
    return state && state->state.frame >= engine.frame();
  }
  return !files_.has_failed(chunk) &&
         glance_at_sealed(job_.path(), checkpoint_kind, job_.plan().digest, chunk).pictures;
}

void StartStates::keep(const Engine& engine, std::int64_t chunk) {
  kept_ = Clock::now();
  if (is_there(engine, chunk)) return;
  const std::optional<Checkpoint> state = checkpoint_of(engine);
  if (!state) return;
  files_.keep(chunk, *state);
  remove_own();
  if (!begins_task(chunk)) own_ = chunk;
}

void StartStates::remove_own() {
  if (!own_) return;
  std::error_code ignored;
  fs::remove(sealed_path(job_.path(), checkpoint_kind, *own_), ignored);
  own_.reset();
}

}  // namespace lifereel
