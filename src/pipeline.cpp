// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "frame_ring.h"
#include "picture_layout.h"

namespace lifereel {
namespace {

using Clock = std::chrono::steady_clock;

// Time that one thread adds to and another reads.
class Stopwatch {
 public:
  // Times one call.
  template <class Work>
  auto time(Work&& work) {
    struct Lap {
      Stopwatch& watch;
      Clock::time_point start = Clock::now();
      ~Lap() {
        watch.nanoseconds_.fetch_add(std::chrono::nanoseconds(Clock::now() - start).count(),
                                     std::memory_order_relaxed);
      }
    } const lap{*this};
    return work();
  }
  double seconds() const {
    return 1e-9 * static_cast<double>(nanoseconds_.load(std::memory_order_relaxed));
  }

 private:
  std::atomic<std::int64_t> nanoseconds_{0};
};

// The slots and what surrounds them. Every picture lent to the sink keeps the stage alive: after a
// failure an encoder may still hold pictures when the pipeline is gone.
struct Stage {
  Stage(Engine& engine, const PictureLayout& pictures, int slots)
      : layout(pictures),
        ring(
            slots, layout.slot_bytes(),
            engine.allocate_picture_memory(layout.slot_bytes() * static_cast<std::size_t>(slots))) {
  }

  static void give_back(void* stage, std::uintptr_t slot) noexcept {
    auto* const self = static_cast<Stage*>(stage);
    const std::shared_ptr<Stage> keep = std::move(self->lent[slot]);
    self->ring.release(static_cast<int>(slot));
  }

  const PictureLayout layout;
  FrameRing ring;
  std::array<std::shared_ptr<Stage>, FrameRing::most_slots> lent;
};

class Pipeline {
 public:
  Pipeline(Engine& engine, PictureSink& sink, const PipelineSettings& settings)
      : engine_(engine),
        sink_(sink),
        settings_(settings),
        stage_(std::make_shared<Stage>(
            engine,
            PictureLayout(sink.pixel_format(), engine.settings().width, engine.settings().height),
            ring_slots())) {}

  PipelineStatistics run() {
    std::thread engine_thread, sink_thread;
    try {
      engine_thread = std::thread([this] { side([this] { produce(); }); });
      sink_thread = std::thread([this] { side([this] { consume(); }); });
      watch();
    } catch (...) {
      fail(std::current_exception());
    }
    if (engine_thread.joinable()) engine_thread.join();
    if (sink_thread.joinable()) sink_thread.join();
    if (first_error_) std::rethrow_exception(first_error_);
    return statistics();
  }

 private:
  // The sink's, those being drawn, one filled and one to spare for unevenness.
  int ring_slots() const {
    const int needed = sink_.pictures_held_at_most() + engine_.draws_in_flight() + 1;
    const int slots = settings_.ring_slots > 0 ? settings_.ring_slots : needed + 1;
    if (slots < needed || slots > FrameRing::most_slots)
      throw std::invalid_argument("ring-slots " + std::to_string(slots) +
                                  " is out of range: this encoder and engine need " +
                                  std::to_string(needed) + ", and at most " +
                                  std::to_string(FrameRing::most_slots) + " are possible");
    return slots;
  }

  void produce() {
    std::deque<int> begun;  // slots whose pictures are still on their way
    const auto finish_oldest = [this, &begun] {
      engine_busy_.time([this] { engine_.finish_draw(); });
      ring_.push_filled(begun.front());
      begun.pop_front();
    };
    try {
      for (std::int64_t frame = 0; frame < settings_.frames; ++frame) {
        auto slot = ring_.try_take_free();
        if (!slot) slot = engine_waited_.time([this] { return ring_.take_free(); });
        if (!slot) break;
        engine_busy_.time([this, &slot] {
          engine_.step();
          engine_.begin_draw(layout_.luma_plane(ring_.data(*slot)));
        });
        begun.push_back(*slot);
        if (settings_.after_draw) settings_.after_draw(engine_);
        if (static_cast<int>(begun.size()) >= engine_.draws_in_flight()) finish_oldest();
      }
      while (!begun.empty()) finish_oldest();
    } catch (...) {
      // Pictures still being written must land before their memory goes.
      try {
        for (std::size_t left = begun.size(); left > 0; --left) engine_.finish_draw();
      } catch (...) {
      }
      throw;
    }
    ring_.close();
  }

  void consume() {
    const int most_held = ring_.slots() - engine_.draws_in_flight();
    for (std::int64_t frame = 0;; ++frame) {
      fill_sum_.fetch_add(ring_.filled(), std::memory_order_relaxed);
      auto slot = ring_.try_take_filled();
      if (!slot) slot = encoder_waited_.time([this] { return ring_.take_filled(); });
      if (!slot) break;
      Picture picture = layout_.picture(ring_.data(*slot), frame);
      picture.release = Stage::give_back;
      picture.owner = stage_.get();
      picture.tag = static_cast<std::uintptr_t>(*slot);
      stage_->lent[picture.tag] = stage_;
      encoder_busy_.time([this, &picture] { sink_.write(picture); });
      frames_.fetch_add(1, std::memory_order_relaxed);
      if (ring_.held() > most_held)
        throw std::runtime_error("the encoder keeps " + std::to_string(ring_.held()) +
                                 " pictures at once, more than the ring can lend: raise ring-slots "
                                 "above " +
                                 std::to_string(ring_.slots()));
    }
    if (begin_finishing()) encoder_busy_.time([this] { sink_.finish(); });
  }

  // Runs one side; its failure stops the other.
  template <class Work>
  void side(Work&& work) {
    try {
      work();
    } catch (...) {
      fail(std::current_exception());
    }
    const std::lock_guard lock(mutex_);
    ++sides_done_;
    side_done_.notify_one();
  }

  void fail(std::exception_ptr error) {
    {
      const std::lock_guard lock(mutex_);
      if (!first_error_) first_error_ = std::move(error);
    }
    ring_.stop();
  }

  // Every picture is written: from here on the film can be finished or fail, but not be cancelled,
  // for its file may have its name already.
  bool begin_finishing() {
    const std::lock_guard lock(mutex_);
    if (first_error_ || ring_.stopped()) return false;
    finishing_ = true;
    return true;
  }

  void cancel() {
    {
      const std::lock_guard lock(mutex_);
      if (finishing_ || first_error_) return;
      first_error_ = std::make_exception_ptr(Cancelled());
    }
    ring_.stop();
  }

  // The calling thread's part: progress and cancellation, until both sides are done.
  void watch() {
    using namespace std::chrono_literals;
    auto next_report = start_ + 200ms;
    std::unique_lock lock(mutex_);
    while (sides_done_ < 2) {
      side_done_.wait_for(lock, 50ms);
      if (sides_done_ == 2) break;
      lock.unlock();
      if (settings_.cancel && settings_.cancel->load(std::memory_order_relaxed) && !ring_.stopped())
        cancel();
      if (settings_.progress && Clock::now() >= next_report && !ring_.stopped()) {
        settings_.progress(statistics());
        next_report = Clock::now() + 200ms;
      }
      lock.lock();
    }
  }

  PipelineStatistics statistics() const {
    PipelineStatistics statistics;
    statistics.frames = frames_.load(std::memory_order_relaxed);
    statistics.wall_seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    statistics.engine_busy_seconds = engine_busy_.seconds();
    statistics.engine_waited_seconds = engine_waited_.seconds();
    statistics.encoder_busy_seconds = encoder_busy_.seconds();
    statistics.encoder_waited_seconds = encoder_waited_.seconds();
    if (statistics.frames > 0)
      statistics.mean_ring_fill = static_cast<double>(fill_sum_.load(std::memory_order_relaxed)) /
                                  static_cast<double>(statistics.frames);
    statistics.ring_slots = ring_.slots();
    statistics.ring_bytes = layout_.slot_bytes() * static_cast<std::uint64_t>(ring_.slots());
    return statistics;
  }

  Engine& engine_;
  PictureSink& sink_;
  const PipelineSettings& settings_;
  const std::shared_ptr<Stage> stage_;
  const PictureLayout& layout_ = stage_->layout;
  FrameRing& ring_ = stage_->ring;
  const Clock::time_point start_ = Clock::now();
  Stopwatch engine_busy_, engine_waited_, encoder_busy_, encoder_waited_;
  std::atomic<std::int64_t> frames_{0}, fill_sum_{0};

  std::mutex mutex_;  // what follows
  std::condition_variable side_done_;
  std::exception_ptr first_error_;
  int sides_done_ = 0;
  bool finishing_ = false;
};

}  // namespace

PipelineStatistics run_pipeline(Engine& engine, PictureSink& sink,
                                const PipelineSettings& settings) {
  return Pipeline(engine, sink, settings).run();
}

}  // namespace lifereel
