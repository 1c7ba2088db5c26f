// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "encoders/chunk_plan.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_ring.h"
#include "src/pipeline/lane.h"
#include "src/pipeline/needed_chunks.h"
#include "src/pipeline/one_chunk.h"
#include "src/pipeline/picture_layout.h"
#include "src/pipeline/stopwatch.h"

namespace lifereel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_lanes = 256;

double cpu_seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class Pipeline {
 public:
  Pipeline(Engine& engine, ChunkedSink& sink, const PipelineSettings& settings)
      : engine_(engine),
        sink_(sink),
        settings_(settings),
        plan_{settings.frames, sink.chunk_frames()},
        chunks_(sink, plan_) {
    if (settings.lanes < 1 || settings.lanes > most_lanes)
      throw std::invalid_argument("lanes must be 1 to " + std::to_string(most_lanes) + ", not " +
                                  std::to_string(settings.lanes));
    const std::size_t lanes =
        std::max<std::size_t>(1, chunks_.count_up_to(static_cast<std::size_t>(settings.lanes)));
    const int slots = ring_slots(static_cast<int>(lanes));
    const PictureLayout layout(sink.picture_format(), engine, sink.wants_motion());
    for (std::size_t i = 0; i < lanes; ++i)
      lanes_.push_back(std::make_shared<Lane>(engine, layout, slots));
    sides_left_ = lanes + 1;
    lanes_left_.store(lanes, std::memory_order_relaxed);
  }

  PipelineStatistics run() {
    const CancellableSteps cancellable(engine_, settings_.cancel);
    const StageTimes before = engine_.stage_times();
    std::vector<std::thread> threads;
    try {
      threads.emplace_back([this] { side(engine_cpu_, [this] { produce(); }); });
      for (const std::shared_ptr<Lane>& lane : lanes_)
        threads.emplace_back([this, &lane] { side(encoder_cpu_, [&] { consume(lane); }); });
      watch();
    } catch (...) {
      fail(std::current_exception());
    }
    for (std::thread& thread : threads) thread.join();
    if (first_error_) std::rethrow_exception(first_error_);
    PipelineStatistics result = statistics();
    result.engine_stages = engine_.stage_times() - before;
    return result;
  }

 private:
  int ring_slots(int lanes) const {
    const int held = sink_.pictures_held_at_most();
    const int needed = held + engine_.draws_in_flight() + 1;
    const int slots = settings_.ring_slots > 0 ? settings_.ring_slots
                                               : default_ring_slots(held, engine_.draws_in_flight(),
                                                                    lanes, plan_.chunk_frames);
    if (slots < needed || slots > FrameRing::most_slots)
      throw std::invalid_argument("ring-slots " + std::to_string(slots) +
                                  " is out of range: this encoder and engine need " +
                                  std::to_string(needed) + ", and at most " +
                                  std::to_string(FrameRing::most_slots) + " are possible");
    return slots;
  }

  // The engine's thread: chunk after chunk, each into its lane's ring.
  void produce() {
    struct Begun {
      FrameRing& ring;
      int slot;
    };
    std::deque<Begun> begun;  // pictures that are still on their way
    const auto finish_oldest = [this, &begun] {
      engine_busy_.time([this] { engine_.finish_draw(); });
      begun.front().ring.push_filled(begun.front().slot);
      begun.pop_front();
    };
    const auto draw = [&](Lane& lane) {
      auto slot = lane.ring.try_take_free();
      if (!slot) {
        // Whoever it waits for may be waiting for these.
        while (!begun.empty()) finish_oldest();
        slot = engine_waited_.time([&lane] { return lane.ring.take_free(); });
      }
      if (!slot) return false;
      engine_busy_.time([&] {
        engine_.step();
        engine_.begin_draw(lane.layout.target(lane.ring.data(*slot)));
      });
      begun.push_back({lane.ring, *slot});
      if (settings_.after_draw) settings_.after_draw(engine_);
      if (static_cast<int>(begun.size()) >= engine_.draws_in_flight()) finish_oldest();
      return true;
    };
    try {
      draw_chunks(draw, [&] {
        while (!begun.empty()) finish_oldest();
      });
    } catch (...) {
      // Pictures still being written must land before their memory goes.
      try {
        for (std::size_t left = begun.size(); left > 0; --left) engine_.finish_draw();
      } catch (...) {
      }
      throw;
    }
    for (const auto& lane : lanes_) lane->ring.close();
  }

  // Calls draw(lane) for every frame, until it is false, and finish_draws() where none may be in
  // flight.
  template <class Draw, class FinishDraws>
  void draw_chunks(Draw&& draw, FinishDraws&& finish_draws) {
    bool on = true;
    std::optional<std::int64_t> end;  // of a film that ends early
    while (on) {
      const std::optional<std::int64_t> chunk = chunks_.take();
      frames_kept_ = chunks_.frames_kept();
      if (!chunk) break;
      if (frames_kept_ > 0 && !settings_.before_chunk)
        throw std::logic_error("a pipeline with chunks to leave out needs before_chunk");
      if (settings_.before_chunk) {
        finish_draws();
        engine_busy_.time([&] { settings_.before_chunk(engine_, *chunk); });
      }
      Lane& lane = next_lane();
      lane.give(*chunk, chunks_given_++);
      const std::int64_t begin = plan_.begin(*chunk), length = plan_.length(*chunk);
      for (std::int64_t frame = begin; on && frame < begin + length; ++frame) {
        if (!end && is_set(settings_.end_early)) end = end_film(frame);
        on = end != frame && draw(lane);
      }
      if (end && *end <= begin + length) on = false;
    }
    finish_draws();
  }

  // Ends the film at a frame, or a little later, where the sink says.
  std::int64_t end_film(std::int64_t frame) {
    if (frame == 0) throw Cancelled();
    return sink_.end_early(frame);
  }

  // The one that will be the first without work: chunks take unequal times, and so do processors.
  // Of equal ones, the one that was given a chunk the longest ago. A lane that is far behind all
  // the others is waited for, for what they have made waits for its chunk.
  Lane& next_lane() {
    const auto far = 2 * static_cast<std::int64_t>(lanes_.size());
    for (const std::shared_ptr<Lane>& lane : lanes_)
      if (const auto oldest = lane->oldest(); oldest && chunks_given_ - *oldest >= far)
        return *lane;
    std::size_t emptiest = lanes_.size();
    for (std::size_t i = 1; i <= lanes_.size(); ++i) {
      const std::size_t lane = (last_lane_ + i) % lanes_.size();
      if (emptiest == lanes_.size() ||
          lanes_[lane]->ring.filled() < lanes_[emptiest]->ring.filled())
        emptiest = lane;
    }
    last_lane_ = emptiest;
    return *lanes_[emptiest];
  }

  // A lane's thread: its chunks, each with a sink of its own. The film may end within one.
  void consume(const std::shared_ptr<Lane>& lane) {
    while (std::optional<int> slot = take_filled(*lane)) {
      const std::int64_t chunk = lane->chunk(), frames = plan_.length(chunk);
      const std::unique_ptr<PictureSink> sink =
          lane->busy.time([&] { return sink_.begin_chunk(chunk, frames); });
      std::int64_t frame = 0;
      do pass_on(lane, *sink, *slot, frame);
      while (++frame < frames && (slot = take_filled(*lane)));
      if (stopped()) return;
      lane->busy.time([&] { sink->finish(); });
      lane->end_chunk();
    }
    if (stopped()) return;
    const bool last = lanes_left_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (last && begin_finishing()) lane->busy.time([this] { sink_.finish(); });
  }

  // A lane's next picture; nothing when there are no more, or the ring was stopped.
  std::optional<int> take_filled(Lane& lane) {
    fill_sum_.fetch_add(lane.ring.filled(), std::memory_order_relaxed);
    const auto slot = lane.ring.try_take_filled();
    return slot ? slot : encoder_waited_.time([&lane] { return lane.ring.take_filled(); });
  }

  // Hands a picture of a lane to its sink.
  void pass_on(const std::shared_ptr<Lane>& lane, PictureSink& sink, int slot,
               std::int64_t pts_frames) {
    FrameRing& ring = lane->ring;
    const Picture picture = Lane::lend(lane, slot, pts_frames);
    lane->busy.time([&] { sink.write(picture); });
    frames_.fetch_add(1, std::memory_order_relaxed);
    const int most_held = ring.slots() - engine_.draws_in_flight();
    if (ring.held() > most_held)
      throw std::runtime_error("the encoder keeps " + std::to_string(ring.held()) +
                               " pictures at once, more than the ring can lend: raise ring-slots "
                               "above " +
                               std::to_string(ring.slots()));
  }

  // Runs one thread's part; its failure stops the others.
  template <class Work>
  void side(Stopwatch& cpu, Work&& work) {
    try {
      work();
    } catch (...) {
      fail(std::current_exception());
    }
    cpu.add(static_cast<std::int64_t>(1e9 * cpu_seconds(CLOCK_THREAD_CPUTIME_ID)));
    const std::lock_guard lock(mutex_);
    --sides_left_;
    side_done_.notify_one();
  }

  void stop() noexcept {
    for (const auto& lane : lanes_) lane->ring.stop();
  }

  bool stopped() const noexcept { return lanes_[0]->ring.stopped(); }

  void fail(std::exception_ptr error) {
    {
      const std::lock_guard lock(mutex_);
      if (!first_error_) first_error_ = std::move(error);
    }
    stop();
  }

  // Every picture has come: from here on the film can be finished or fail, but is not cancelled
  // from here, for its file may have its name already.
  bool begin_finishing() {
    const std::lock_guard lock(mutex_);
    if (first_error_ || stopped()) return false;
    finishing_ = true;
    return true;
  }

  void cancel() {
    {
      const std::lock_guard lock(mutex_);
      if (finishing_ || first_error_) return;
      first_error_ = std::make_exception_ptr(Cancelled());
    }
    stop();
  }

  // The calling thread's part: progress and cancellation, until all sides are done.
  void watch() {
    using namespace std::chrono_literals;
    auto next_report = start_ + 200ms;
    std::unique_lock lock(mutex_);
    while (sides_left_ > 0) {
      side_done_.wait_for(lock, 50ms);
      if (sides_left_ == 0) break;
      lock.unlock();
      if (is_set(settings_.cancel) && !stopped()) cancel();
      if (settings_.progress && Clock::now() >= next_report && !stopped()) {
        settings_.progress(statistics());
        next_report = Clock::now() + 200ms;
      }
      lock.lock();
    }
  }

  PipelineStatistics statistics() const {
    PipelineStatistics statistics;
    statistics.frames = frames_.load(std::memory_order_relaxed);
    statistics.frames_kept = frames_kept_;
    statistics.lanes = static_cast<int>(lanes_.size());
    statistics.wall_seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    statistics.engine_busy_seconds = engine_busy_.seconds();
    statistics.engine_waited_seconds = engine_waited_.seconds();
    for (const auto& each : lanes_)
      statistics.encoder_busy_seconds +=
          statistics.lane_busy_seconds.emplace_back(each->busy.seconds());
    statistics.encoder_waited_seconds = encoder_waited_.seconds();
    if (statistics.frames > 0)
      statistics.mean_ring_fill = static_cast<double>(fill_sum_.load(std::memory_order_relaxed)) /
                                  static_cast<double>(statistics.frames);
    const Lane& lane = *lanes_[0];
    statistics.ring_slots = lane.ring.slots();
    statistics.ring_bytes =
        lane.layout.slot_bytes() * static_cast<std::uint64_t>(lane.ring.slots()) * lanes_.size();
    for (const auto& each : lanes_)
      statistics.slow_slots += static_cast<int>(each->ring.memory().slow_pictures());
    statistics.engine_cpu_seconds = engine_cpu_.seconds();
    statistics.encoder_cpu_seconds = encoder_cpu_.seconds();
    statistics.cpu_seconds = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_start_;
    return statistics;
  }

  Engine& engine_;
  ChunkedSink& sink_;
  const PipelineSettings& settings_;
  const ChunkPlan plan_;
  NeededChunks chunks_;
  std::atomic<std::int64_t> frames_kept_{0};  // of the chunks that the engine has left out
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::size_t last_lane_ = 0;      // the engine's: that was given a chunk
  std::int64_t chunks_given_ = 0;  // likewise
  const Clock::time_point start_ = Clock::now();
  const double cpu_start_ = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  Stopwatch engine_busy_, engine_waited_, encoder_waited_, engine_cpu_, encoder_cpu_;
  std::atomic<std::int64_t> frames_{0}, fill_sum_{0};
  std::atomic<std::size_t> lanes_left_{0};

  std::mutex mutex_;  // what follows
  std::condition_variable side_done_;
  std::exception_ptr first_error_;
  std::size_t sides_left_ = 0;
  bool finishing_ = false;
};

}  // namespace

int default_ring_slots(int pictures_held_at_most, int draws_in_flight, int lanes,
                       std::int64_t chunk_frames) noexcept {
  const int slots = pictures_held_at_most + draws_in_flight + 2;
  const std::int64_t ahead = lanes > 1 ? chunk_frames : 0;
  return static_cast<int>(std::min<std::int64_t>(slots + ahead, FrameRing::most_slots));
}

PipelineStatistics run_pipeline(Engine& engine, ChunkedSink& sink,
                                const PipelineSettings& settings) {
  return Pipeline(engine, sink, settings).run();
}

PipelineStatistics run_pipeline(Engine& engine, PictureSink& sink,
                                const PipelineSettings& settings) {
  OneChunk film(sink);
  return run_pipeline(engine, film, settings);
}

}  // namespace lifereel
