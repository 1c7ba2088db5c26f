// SPDX-License-Identifier: GPL-2.0-or-later
// One machine's part of a film.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <stdexcept>
#include <utility>

#include "encoders/film_chunks.h"
#include "src/farm/heartbeat.h"
#include "src/farm/job_folder.h"
#include "src/farm/start_states.h"
#include "src/pipeline.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/picture_layout.h"
#include "src/pipeline/resources.h"
#include "src/render/chunk_folder.h"
#include "src/render/engine_choice.h"
#include "src/render/job.h"
#include "src/settings/validation.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

using Clock = std::chrono::steady_clock;

/// Frames a second of the last half minute: the way to the first picture is none of them.
class RecentSpeed {
 public:
  double measure(std::int64_t frames) {
    const auto now = Clock::now();
    if (frames == 0) seen_.clear();
    seen_.emplace_back(now, frames);
    while (seen_.size() > 2 && seconds_since(seen_[1].first) > 30) seen_.pop_front();
    const double seconds = seconds_since(seen_.front().first);
    return seconds > 0 ? static_cast<double>(frames - seen_.front().second) / seconds : 0;
  }

 private:
  static double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }
  std::deque<std::pair<Clock::time_point, std::int64_t>> seen_;
};

/// All chunks of a film, of which one task's are made.
class TaskSink final : public ChunkedSink {
 public:
  TaskSink(FilmChunks& film, const FarmTask& task) : film_(film), task_(task) {}
  std::int64_t chunk_frames() const noexcept override { return film_.chunk_frames(); }
  bool needs_chunk(std::int64_t index) const override {
    return index >= task_.first && index < task_.end && film_.needs_chunk(index);
  }
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t frames) override {
    return film_.begin_chunk(index, frames);
  }
  void finish() override { film_.finish(); }
  PictureFormat picture_format() const noexcept override { return film_.picture_format(); }
  bool wants_motion() const noexcept override { return film_.wants_motion(); }
  int pictures_held_at_most() const noexcept override { return film_.pictures_held_at_most(); }

 private:
  FilmChunks& film_;
  const FarmTask task_;
};

class TaskRun {
 public:
  TaskRun(const JobFolder& job, int task, const EngineSettings& engine, const JobControl& control)
      : control_(control),
        job_(job),
        plan_(job.chunks()),
        task_(job.plan().tasks[static_cast<std::size_t>(task)]),
        settings_(job.settings()),
        chunks_(job.path(), job.plan().digest, plan_, control.cancel),
        heartbeat_(job.path(), task) {
    settings_.engine = engine;
    report_.chunks = task_.end - task_.first;
  }

  TaskReport run() {
    const auto begin = Clock::now();
    heartbeat_.beat(0);
    try {
      look_for_chunks();
    } catch (const Cancelled&) {
      throw Cancelled(
          "the task was stopped while it looked for its chunks; it goes on with the rest");
    }
    if (report_.chunks_kept == report_.chunks) return std::move(report_);
    make_engines();
    FilmOutput output = film_output(settings_);
    output.chunks = &chunks_;
    const ResolvedFilm film = resolve(settings_.film, output);
    job_.check_job(film_job(settings_, film, *engine_));
    report_.engine = engine_->describe();
    FilmChunks encoders(film, output);
    TaskSink sink(encoders, task_);
    StartStates starts(job_, task_, film.pictures, std::move(passing_), control_);
    try {
      make_chunks(sink, starts);
    } catch (const Cancelled&) {
      throw Cancelled("the task was stopped; " + kept_text());
    }
    leave_end_state(starts);
    report_.warnings = encoders.warnings();
    for (const std::string& warning : report_.warnings) notify(warning);
    report_.frames_passed = starts.frames_passed();
    report_.seconds_passing = starts.seconds();
    report_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return std::move(report_);
  }

 private:
  void notify(const std::string& sentence) const {
    if (control_.notice) control_.notice(sentence);
  }

  std::string kept_text() const {
    std::int64_t kept = 0;
    for (std::int64_t chunk = task_.first; chunk < task_.end; ++chunk)
      kept += chunks_.pictures(chunk) > 0;
    return format("%lld of its %lld chunks are there, and the same task goes on with the rest",
                  static_cast<long long>(kept), static_cast<long long>(report_.chunks));
  }

  // The task's own, whole: others' are no affair of this machine.
  void look_for_chunks() {
    for (std::int64_t chunk = task_.first; chunk < task_.end; ++chunk) {
      throw_if_cancelled(control_.cancel);
      heartbeat_.beat(0);
      const ChunkFolder::Kept kept = chunks_.see(chunk);
      if (kept == ChunkFolder::Kept::whole) {
        ++report_.chunks_kept;
        continue;
      }
      frames_missing_ += plan_.length(chunk);
      if (kept != ChunkFolder::Kept::missing)
        notify(format("chunk %lld is not what was written, and is made again",
                      static_cast<long long>(chunk)));
    }
  }

  // On a CPU the way is gone with all threads, which encoders have not begun to use.
  void make_engines() {
    const Resources free = usable_resources();
    engine_ = make_gpu_engine(settings_.universe, settings_.engine, control_.notice);
    share_ =
        share_resources(settings_, free,
                        engine_ ? engine_->draws_colour() : settings_.universe.look.draws_colour());
    if (engine_) return;
    engine_ = make_cpu_engine(settings_.universe, {settings_.engine.isa, share_.engine_threads});
    RenderSettings alone = settings_;
    alone.film.codec = "null";
    const int threads = share_resources(alone, free).engine_threads;
    if (threads > share_.engine_threads && settings_.universe.scene == Scene::particle_life)
      passing_ = make_cpu_engine(settings_.universe, {settings_.engine.isa, threads});
  }

  void make_chunks(TaskSink& sink, StartStates& starts) {
    PipelineSettings pipeline;
    pipeline.frames = plan_.frames;
    pipeline.lanes = static_cast<int>(
        std::min<std::int64_t>(share_.lanes, report_.chunks - report_.chunks_kept));
    pipeline.ring_slots = settings_.engine.ring_slots;
    if (pipeline.ring_slots == 0) pipeline.ring_slots = ring_slots(sink, pipeline.lanes);
    pipeline.cancel = control_.cancel;
    pipeline.before_chunk = [&](Engine& engine, std::int64_t chunk) {
      starts.reach(engine, chunk);
    };
    pipeline.progress = [&, meter = FrameMeter(),
                         recent = RecentSpeed()](const PipelineStatistics& now) mutable {
      JobProgress progress = meter.measure(now.frames, frames_missing_);
      heartbeat_.beat(recent.measure(now.frames));
      if (control_.progress && now.frames > 0) control_.progress(progress);
    };
    const PipelineStatistics made = run_pipeline(*engine_, sink, pipeline);
    report_.frames = made.frames;
    report_.began_at = starts.began_at();
  }

  int ring_slots(const TaskSink& sink, int lanes) const {
    const auto wanted = [&](int of_lanes) {
      return default_ring_slots(sink.pictures_held_at_most(), engine_->draws_in_flight(), of_lanes,
                                plan_.chunk_frames);
    };
    const PictureLayout layout(sink.picture_format(), *engine_, sink.wants_motion());
    return ring_slots_within(share_.ring_bytes, wanted(lanes), wanted(1), lanes,
                             layout.slot_bytes());
  }

  // The next task begins where this one has come to. Its chunks are no worse without.
  void leave_end_state(StartStates& starts) {
    try {
      starts.end(*engine_);
    } catch (const std::runtime_error& error) {
      notify(std::string("the next task begins further back: ") + error.what());
    }
  }

  const JobControl& control_;
  const JobFolder& job_;
  const ChunkPlan plan_;
  const FarmTask task_;
  RenderSettings settings_;
  ChunkFolder chunks_;
  Heartbeat heartbeat_;
  ResourceShare share_;
  std::unique_ptr<Engine> engine_, passing_;
  std::int64_t frames_missing_ = 0;
  TaskReport report_;
};

}  // namespace

TaskReport render_task(const std::string& folder, int task, const EngineSettings& engine,
                       const JobControl& control) {
  return or_try_again([&] {
    const JobFolder job(folder);
    const auto tasks = static_cast<int>(job.plan().tasks.size());
    if (task < 0 || task >= tasks)
      throw std::invalid_argument(
          format("there is no task %d: this film has tasks 0 to %d", task, tasks - 1));
    if (job.is_finished()) {
      TaskReport report;
      report.film_was_finished = true;
      return report;
    }
    return TaskRun(job, task, engine, control).run();
  });
}

std::string describe(const TaskReport& report) {
  if (report.film_was_finished) return "the film is finished: nothing is left to do\n";
  if (report.frames == 0)
    return format("all %lld chunks were there\n", static_cast<long long>(report.chunks));
  const double rendering = report.seconds - report.seconds_passing;
  return format("%lld chunks, %lld of them made now: %lld frames in %.1f s, %.1f frames/s\n",
                static_cast<long long>(report.chunks),
                static_cast<long long>(report.chunks - report.chunks_kept),
                static_cast<long long>(report.frames), rendering,
                rendering > 0 ? static_cast<double>(report.frames) / rendering : 0) +
         format("from frame %lld on, %lld frames were passed in %.1f s, %.1f frames/s\n",
                static_cast<long long>(report.began_at),
                static_cast<long long>(report.frames_passed), report.seconds_passing,
                report.seconds_passing > 0
                    ? static_cast<double>(report.frames_passed) / report.seconds_passing
                    : 0);
}

}  // namespace lifereel
