// SPDX-License-Identifier: GPL-2.0-or-later
// The pipeline with engines and sinks that misbehave on purpose.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <future>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "src/frame_ring.h"
#include "src/pipeline.h"

using namespace lifereel;

namespace {

// Draws its frame number into every pixel; optionally late, from another thread, as a GPU would.
class CountingEngine final : public Engine {
 public:
  explicit CountingEngine(int in_flight = 1) : in_flight_(in_flight) {
    settings_.width = 64;
    settings_.height = 16;
  }
  const UniverseSettings& settings() const noexcept override { return settings_; }
  EngineDescription describe() const override { return {}; }
  void step() override {
    if (static_cast<std::int64_t>(frame_) == fail_at) throw std::runtime_error("the engine broke");
    ++frame_;
  }
  void begin_draw(const LumaPlane& plane) override {
    const auto value = static_cast<int>(frame_ % 251);
    const auto draw = [plane, value, this] {
      for (int y = 0; y < settings_.height; ++y)
        std::memset(plane.data + static_cast<std::size_t>(y) * plane.stride_bytes, value,
                    static_cast<std::size_t>(settings_.width));
    };
    if (in_flight_ == 1)
      draw();
    else
      begun_.push_back(std::async(std::launch::async, [draw] {
        std::this_thread::sleep_for(std::chrono::microseconds(300));
        draw();
      }));
  }
  void finish_draw() override {
    if (in_flight_ == 1) return;
    begun_.front().get();
    begun_.pop_front();
  }
  int draws_in_flight() const noexcept override { return in_flight_; }
  void read_state(State& state) const override { state = {}; }
  std::uint64_t frame() const noexcept override { return frame_; }

  std::int64_t fail_at = -1;

 private:
  UniverseSettings settings_;
  std::uint64_t frame_ = 0;
  int in_flight_;
  std::deque<std::future<void>> begun_;
};

// Checks every picture, keeps up to `keeps` of them, and lets go out of order.
class CheckingSink final : public PictureSink {
 public:
  explicit CheckingSink(std::size_t keeps = 0, int promises = -1)
      : keeps_(keeps), promises_(promises < 0 ? static_cast<int>(keeps) + 1 : promises) {}
  ~CheckingSink() override {
    for (const Picture& picture : kept_) let_go(picture);
  }
  void write(const Picture& picture) override {
    if (picture.pts_frames == fail_at) {
      let_go(picture);
      throw std::runtime_error("the encoder broke");
    }
    if (picture.pts_frames != frames) ++wrong;
    check(picture);
    ++frames;
    kept_.push_back(picture);
    while (kept_.size() > keeps_) {
      const auto pick = static_cast<std::ptrdiff_t>(random_() % kept_.size());
      check(kept_[static_cast<std::size_t>(pick)]);  // not drawn over while it was kept
      let_go(kept_[static_cast<std::size_t>(pick)]);
      kept_.erase(kept_.begin() + pick);
    }
    if (delay.count() > 0) std::this_thread::sleep_for(delay);
  }
  void finish() override {
    finished = true;
    if (fail_finish) throw std::runtime_error("the disk is full");
  }
  PixelFormat pixel_format() const noexcept override { return format; }
  int pictures_held_at_most() const noexcept override { return promises_; }

  std::int64_t frames = 0, fail_at = -1;
  int wrong = 0;
  bool finished = false, fail_finish = false;
  PixelFormat format = PixelFormat::yuv420p;
  std::chrono::microseconds delay{0};

 private:
  static void let_go(const Picture& picture) { picture.release(picture.owner, picture.tag); }
  void check(const Picture& picture) {
    const int value = static_cast<int>((picture.pts_frames + 1) % 251);
    for (int y = 0; y < picture.height; ++y)
      for (int x = 0; x < picture.width; ++x)
        if (picture.planes[0][y * picture.stride_bytes[0] + x] != value) ++wrong;
    if (format == PixelFormat::gray8) return;
    for (int plane : {1, 2})
      if (picture.planes[plane][0] != 128 ||
          picture.planes[plane][(picture.height / 2 - 1) * picture.stride_bytes[plane]] != 128)
        ++wrong;
  }

  std::size_t keeps_;
  int promises_;
  std::vector<Picture> kept_;
  std::mt19937 random_{7};
};

PipelineSettings for_frames(std::int64_t frames) {
  PipelineSettings settings;
  settings.frames = frames;
  return settings;
}

}  // namespace

TEST_SUITE("src.pipeline") {
  TEST_CASE("every frame once, in order, whole") {
    for (const int in_flight : {1, 2, 3})
      for (const std::size_t keeps : {0u, 1u, 4u})
        for (const PixelFormat format : {PixelFormat::yuv420p, PixelFormat::gray8}) {
          CAPTURE(in_flight);
          CAPTURE(keeps);
          CountingEngine engine(in_flight);
          CheckingSink sink(keeps);
          sink.format = format;
          const auto statistics = run_pipeline(engine, sink, for_frames(600));
          CHECK(statistics.frames == 600);
          CHECK(sink.frames == 600);
          CHECK(sink.wrong == 0);
          CHECK(sink.finished);
          CHECK(statistics.ring_slots == static_cast<int>(keeps) + 1 + in_flight + 2);
        }
  }

  TEST_CASE("a slow encoder holds the engine back, and says so") {
    CountingEngine engine;
    CheckingSink sink;
    sink.delay = std::chrono::microseconds(2000);
    const auto statistics = run_pipeline(engine, sink, for_frames(100));
    CHECK(statistics.engine_waited_seconds > statistics.encoder_waited_seconds);
    CHECK(statistics.mean_ring_fill > 0.5);
  }

  TEST_CASE("the engine's failure ends the film with its words") {
    CountingEngine engine(2);
    engine.fail_at = 57;
    CheckingSink sink(2);
    CHECK_THROWS_WITH(run_pipeline(engine, sink, for_frames(600)), "the engine broke");
    CHECK_FALSE(sink.finished);
    CHECK(sink.wrong == 0);
  }

  TEST_CASE("the encoder's failure ends the engine with its words") {
    CountingEngine engine(3);
    CheckingSink sink(1);
    sink.fail_at = 57;
    CHECK_THROWS_WITH(run_pipeline(engine, sink, for_frames(1'000'000)), "the encoder broke");
    CHECK_FALSE(sink.finished);
  }

  TEST_CASE("a failing finish is a failure") {
    CountingEngine engine;
    CheckingSink sink;
    sink.fail_finish = true;
    CHECK_THROWS_WITH(run_pipeline(engine, sink, for_frames(3)), "the disk is full");
  }

  TEST_CASE("cancellation ends both sides, also from within the progress callback") {
    CountingEngine engine;
    CheckingSink sink;
    sink.delay = std::chrono::microseconds(1000);
    std::atomic<bool> cancel{false};
    PipelineSettings settings = for_frames(1'000'000);
    settings.cancel = &cancel;
    settings.progress = [&](const PipelineStatistics& now) { cancel = now.frames > 10; };
    CHECK_THROWS_AS(run_pipeline(engine, sink, settings), Cancelled);
    CHECK_FALSE(sink.finished);
    CHECK(sink.wrong == 0);
  }

  TEST_CASE("an exception out of a callback ends both sides and arrives") {
    CountingEngine engine;
    CheckingSink sink;
    sink.delay = std::chrono::microseconds(1000);
    PipelineSettings settings = for_frames(1'000'000);
    settings.progress = [](const PipelineStatistics&) { throw std::runtime_error("enough"); };
    CHECK_THROWS_WITH(run_pipeline(engine, sink, settings), "enough");
  }

  TEST_CASE("a ring too small for the encoder is refused at the start") {
    CountingEngine engine(2);
    CheckingSink sink(4);
    PipelineSettings settings = for_frames(10);
    settings.ring_slots = 7;
    CHECK_THROWS_WITH_AS(
        run_pipeline(engine, sink, settings),
        "ring-slots 7 is out of range: this encoder and engine need 8, and at most 31 are possible",
        std::invalid_argument);
    settings.ring_slots = 8;
    CHECK(run_pipeline(engine, sink, settings).frames == 10);
  }

  TEST_CASE("an encoder that keeps more than it said is an error, not a hang") {
    CountingEngine engine;
    CheckingSink sink(30, 2);
    CHECK_THROWS_WITH_AS(run_pipeline(engine, sink, for_frames(600)),
                         doctest::Contains("raise ring-slots above 5"), std::runtime_error);
  }

  TEST_CASE("what runs after a draw sees every frame") {
    CountingEngine engine;
    CheckingSink sink;
    std::vector<std::uint64_t> seen;
    PipelineSettings settings = for_frames(20);
    settings.after_draw = [&](const Engine& drawn) { seen.push_back(drawn.frame()); };
    run_pipeline(engine, sink, settings);
    CHECK(seen.size() == 20);
    CHECK(seen.front() == 1);
    CHECK(seen.back() == 20);
  }
}
