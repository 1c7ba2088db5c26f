// SPDX-License-Identifier: GPL-2.0-or-later
// The pipeline with engines and sinks that misbehave on purpose.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <deque>
#include <future>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "src/errors.h"
#include "src/pipeline.h"
#include "src/pipeline/frame_ring.h"
#include "tests/sanitizers.h"

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
  void begin_draw(const PictureTarget& target) override {
    const WritablePlane plane = target.planes[0];
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
  PictureFormat picture_format() const noexcept override { return format_for_size(format, 32, 16); }
  int pictures_held_at_most() const noexcept override { return promises_; }

  std::int64_t frames = 0, fail_at = -1;
  std::int64_t offset = 0;  // of the first picture in the film
  int wrong = 0;
  bool finished = false, fail_finish = false;
  PixelFormat format = PixelFormat::yuv420p;
  std::chrono::microseconds delay{0};

 private:
  static void let_go(const Picture& picture) { picture.release(picture.owner, picture.tag); }
  void check(const Picture& picture) {
    const int value = static_cast<int>((offset + picture.pts_frames + 1) % 251);
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

// Chunks of CheckingSinks, each of which checks that its pictures are its own.
class CheckingChunks final : public ChunkedSink {
 public:
  explicit CheckingChunks(std::int64_t chunk_frames, std::size_t keeps = 0)
      : chunk_frames_(chunk_frames), keeps_(keeps) {}
  std::int64_t chunk_frames() const noexcept override { return chunk_frames_; }
  bool needs_chunk(std::int64_t index) const override {
    if (index != asked++) ++wrong;  // once each, in order
    return !kept.contains(index);
  }
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t length) override {
    if (kept.contains(index) || index >= asked) ++wrong;
    if (index == fail_begin) throw std::runtime_error("the encoder does not open");
    return std::make_unique<Chunk>(*this, index, length);
  }
  void finish() override {
    finished = true;
    if (fail_finish) throw std::runtime_error("the disk is full");
  }
  int pictures_held_at_most() const noexcept override { return static_cast<int>(keeps_) + 1; }

  std::int64_t fail_begin = -1, fail_chunk = -1, fail_end = -1;
  std::chrono::microseconds delay{0};
  bool finished = false, fail_finish = false;
  std::set<std::int64_t> kept;  // chunks that are there already
  std::atomic<std::int64_t> frames{0}, chunks{0};
  std::atomic<int> at_once{0}, most_at_once{0};
  mutable std::atomic<std::int64_t> asked{0};
  mutable std::atomic<int> wrong{0};

 private:
  class Chunk final : public PictureSink {
   public:
    Chunk(CheckingChunks& film, std::int64_t index, std::int64_t length)
        : film_(film), index_(index), expected_(length), sink_(film.keeps_) {
      sink_.offset = index * film.chunk_frames_;
      sink_.delay = film.delay;
      if (index == film.fail_chunk) sink_.fail_at = length / 2;
      const int now = ++film_.at_once;
      int most = film_.most_at_once;
      while (now > most && !film_.most_at_once.compare_exchange_weak(most, now)) {
      }
    }
    ~Chunk() override {
      film_.wrong += sink_.wrong;
      --film_.at_once;
    }
    void write(const Picture& picture) override {
      sink_.write(picture);
      ++film_.frames;
    }
    void finish() override {
      if (index_ == film_.fail_end) throw std::runtime_error("the chunk does not end");
      if (sink_.frames != expected_) ++film_.wrong;
      ++film_.chunks;
    }

   private:
    CheckingChunks& film_;
    const std::int64_t index_, expected_;
    CheckingSink sink_;
  };

  const std::int64_t chunk_frames_;
  const std::size_t keeps_;
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
    CHECK_THROWS_WITH_AS(run_pipeline(engine, sink, settings),
                         "ring-slots 7 is out of range: this encoder and engine need 8, and at "
                         "most 4096 are possible",
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

  TEST_CASE("lanes: every frame once, in its chunk, whole") {
    for (const int lanes : {1, 2, 3, 7, 20})
      for (const int in_flight : {1, 3})
        for (const std::size_t keeps : {0u, 3u}) {
          CAPTURE(lanes);
          CAPTURE(in_flight);
          CountingEngine engine(in_flight);
          CheckingChunks film(30, keeps);
          PipelineSettings settings = for_frames(437);  // 14 chunks and 17 frames
          settings.lanes = lanes;
          const auto statistics = run_pipeline(engine, film, settings);
          CHECK(statistics.frames == 437);
          CHECK(statistics.lanes == std::min(lanes, 15));
          CHECK(statistics.ring_slots ==
                default_ring_slots(static_cast<int>(keeps) + 1, in_flight, statistics.lanes, 30));
          CHECK(film.frames == 437);
          CHECK(film.chunks == 15);
          CHECK(film.wrong == 0);
          CHECK(film.finished);
          CHECK(engine.frame() == 437);
        }
  }

  TEST_CASE("lanes: slow encoders work at once") {
    CountingEngine engine;
    CheckingChunks film(20);
    film.delay = std::chrono::microseconds(500);
    PipelineSettings settings = for_frames(240);
    settings.lanes = 3;
    run_pipeline(engine, film, settings);
    CHECK(film.most_at_once == 3);
    CHECK(film.wrong == 0);
  }

  TEST_CASE("lanes: a ring much shorter than a chunk only slows them") {
    CountingEngine engine;
    CheckingChunks film(50, 2);
    PipelineSettings settings = for_frames(500);
    settings.lanes = 3;
    settings.ring_slots = 5;
    CHECK(run_pipeline(engine, film, settings).ring_slots == 5);
    CHECK(film.frames == 500);
    CHECK(film.wrong == 0);
  }

  TEST_CASE("lanes: the first failure of any of them, wherever, ends all with its words") {
    for (const int lanes : {1, 2, 3, 7})
      for (const std::int64_t chunk : {0, 1, 4, 9}) {
        if (test::sanitized && (lanes == 2 || chunk == 1 || chunk == 9)) continue;
        CAPTURE(lanes);
        CAPTURE(chunk);
        const auto failing = [&](auto&& arrange, const char* words) {
          CountingEngine engine(2);
          CheckingChunks film(30, 1);
          PipelineSettings settings = for_frames(300);
          settings.lanes = lanes;
          arrange(engine, film);
          CHECK_THROWS_WITH(run_pipeline(engine, film, settings), words);
          CHECK(film.wrong == 0);
          CHECK(film.at_once == 0);
        };
        failing([&](auto&, auto& film) { film.fail_begin = chunk; }, "the encoder does not open");
        failing([&](auto&, auto& film) { film.fail_chunk = chunk; }, "the encoder broke");
        failing([&](auto&, auto& film) { film.fail_end = chunk; }, "the chunk does not end");
        failing([&](auto& engine, auto&) { engine.fail_at = chunk * 30 + 7; }, "the engine broke");
        failing([&](auto&, auto& film) { film.fail_finish = true; }, "the disk is full");
      }
  }

  TEST_CASE("lanes: cancellation in the middle of chunks ends all") {
    for (const int lanes : {1, 2, 5}) {
      CountingEngine engine;
      CheckingChunks film(1000, 2);
      film.delay = std::chrono::microseconds(300);
      std::atomic<bool> cancel{false};
      PipelineSettings settings = for_frames(1'000'000);
      settings.lanes = lanes;
      settings.cancel = &cancel;
      settings.progress = [&](const PipelineStatistics& now) { cancel = now.frames > 10; };
      CHECK_THROWS_AS(run_pipeline(engine, film, settings), Cancelled);
      CHECK_FALSE(film.finished);
      CHECK(film.wrong == 0);
      CHECK(film.at_once == 0);
    }
  }

  TEST_CASE("chunks that are there already are left out, wherever they are") {
    const std::set<std::int64_t> all{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (const int lanes : {1, 3})
      for (const std::set<std::int64_t>& kept :
           {std::set<std::int64_t>{0, 1, 4, 9}, {3}, {0, 1, 2, 3, 4, 5, 6, 7, 9}, all}) {
        CAPTURE(lanes);
        CountingEngine engine(2);
        CheckingChunks film(30, 1);
        film.kept = kept;
        PipelineSettings settings = for_frames(300);
        settings.lanes = lanes;
        // Nothing has to be reached behind the last one that is needed.
        if (kept != all) CHECK_THROWS_AS(run_pipeline(engine, film, settings), std::logic_error);
        film.asked = 0;
        settings.before_chunk = [](Engine& driven, std::int64_t chunk) {
          while (driven.frame() < static_cast<std::uint64_t>(chunk) * 30) driven.step();
        };
        CountingEngine again(2);
        film.frames = film.chunks = 0;
        const PipelineStatistics statistics = run_pipeline(again, film, settings);
        const auto left_out = static_cast<std::int64_t>(kept.size());
        CHECK(film.wrong == 0);
        CHECK(film.asked == 10);
        CHECK(film.chunks == 10 - left_out);
        CHECK(statistics.frames == 300 - 30 * left_out);
        CHECK(statistics.frames_kept == 30 * left_out);
        CHECK(statistics.lanes == std::clamp<int>(10 - static_cast<int>(left_out), 1, lanes));
      }
  }

  TEST_CASE("memory does not depend on the length of the film") {
    CountingEngine engine;
    CheckingChunks film(10);
    std::atomic<bool> cancel{false};
    PipelineSettings settings = for_frames(1'000'000'000'000);
    settings.lanes = 3;
    settings.cancel = &cancel;
    settings.progress = [&](const PipelineStatistics& now) { cancel = now.frames > 1000; };
    CHECK_THROWS_AS(run_pipeline(engine, film, settings), Cancelled);
    CHECK(film.asked < film.frames / 10 + 50);
    CHECK(film.wrong == 0);
  }

  TEST_CASE("lanes out of range are refused") {
    CountingEngine engine;
    CheckingChunks film(30);
    PipelineSettings settings = for_frames(300);
    for (const int lanes : {0, -1, 257}) {
      settings.lanes = lanes;
      CHECK_THROWS_AS(run_pipeline(engine, film, settings), std::invalid_argument);
    }
  }
}
