// SPDX-License-Identifier: GPL-2.0-or-later
// The pipeline with delays wherever something can be delayed, pictures that come back late, out of
// order and on other threads, and failures and cancellations at any moment. Seeds are fixed: what
// is left to chance is how threads meet.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "src/errors.h"
#include "src/pipeline.h"

using namespace lifereel;

namespace {

using Random = std::mt19937;

// Mostly nothing, sometimes a yield, seldom up to `most` microseconds.
void dawdle(Random& random, unsigned most = 300) {
  switch (random() % 8) {
    case 0:
      std::this_thread::sleep_for(std::chrono::microseconds(random() % most));
      break;
    case 1:
    case 2:
      std::this_thread::yield();
      break;
    default:
      break;
  }
}

// Draws its frame number; takes its time, and fails where it is told to.
class DawdlingEngine final : public Engine {
 public:
  DawdlingEngine(unsigned seed, int in_flight) : random_(seed), in_flight_(in_flight) {
    settings_.width = 64;
    settings_.height = 16;
  }
  const UniverseSettings& settings() const noexcept override { return settings_; }
  EngineDescription describe() const override { return {}; }
  void step() override {
    dawdle(random_);
    if (static_cast<std::int64_t>(frame_) == fail_step) throw std::runtime_error("the step broke");
    if (static_cast<std::int64_t>(frame_) == cancel_step) *cancel = true;
    ++frame_;
  }
  void begin_draw(const PictureTarget& target) override {
    if (static_cast<std::int64_t>(frame_) == fail_draw) throw std::runtime_error("the draw broke");
    begun_.push_back({target.planes[0], static_cast<int>(frame_ % 251)});
    if (random_() % 2 == 0) paint(begun_.back());
  }
  // What is not painted yet is painted here: memory that has gone by then would be seen.
  void finish_draw() override {
    dawdle(random_);
    paint(begun_.front());
    begun_.erase(begun_.begin());
  }
  int draws_in_flight() const noexcept override { return in_flight_; }
  void read_state(State& state) const override { state = {}; }
  std::uint64_t frame() const noexcept override { return frame_; }

  std::int64_t fail_step = -1, fail_draw = -1, cancel_step = -1;
  std::atomic<bool>* cancel = nullptr;  // set in cancel_step

 private:
  struct Draw {
    WritablePlane plane;
    int value;
  };
  void paint(const Draw& draw) {
    for (int y = 0; y < settings_.height; ++y)
      std::memset(draw.plane.data + static_cast<std::size_t>(y) * draw.plane.stride_bytes,
                  draw.value, static_cast<std::size_t>(settings_.width));
  }
  UniverseSettings settings_;
  Random random_;
  const int in_flight_;
  std::uint64_t frame_ = 0;
  std::vector<Draw> begun_;
};

// Where sinks put pictures they are done with: threads of its own release them, late and in any
// order, as codecs with frame threads do. A picture must be as it was drawn until then.
class Releasers {
 public:
  Releasers(unsigned seed, int threads) {
    for (int i = 0; i < threads; ++i)
      threads_.emplace_back([this, seed, i] { work(seed + static_cast<unsigned>(i)); });
  }
  ~Releasers() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  struct Held {
    Picture picture;
    int value;
    std::atomic<int>* count;  // of the sink's, which waits until it is low enough
  };
  void hand_in(const Held& held) {
    {
      const std::lock_guard lock(mutex_);
      held_.push_back(held);
      ++*held.count;
    }
    changed_.notify_all();
  }
  // Returns when at most `most` pictures of this sink are held.
  void wait(const std::atomic<int>& count, int most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count <= most; });
  }

  std::atomic<int> wrong{0};

 private:
  void work(unsigned seed) {
    Random random(seed);
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return over_ || !held_.empty(); });
      if (held_.empty()) return;
      const auto at = held_.begin() + static_cast<std::ptrdiff_t>(random() % held_.size());
      const Held one = *at;
      held_.erase(at);
      lock.unlock();
      dawdle(random);
      for (int y = 0; y < one.picture.height; y += 5)
        if (one.picture.planes[0][y * one.picture.stride_bytes[0] + y] != one.value) ++wrong;
      one.picture.release(one.picture.owner, one.picture.tag);
      lock.lock();
      --*one.count;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;  // what follows
  std::condition_variable changed_;
  std::vector<Held> held_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

// A film of chunks that dawdle and let go through Releasers. Fails where it is told to.
class DawdlingFilm final : public ChunkedSink {
 public:
  static constexpr int keeps = 3;

  DawdlingFilm(unsigned seed, std::int64_t chunk_frames)
      : releasers_(seed, 2), seed_(seed), chunk_frames_(chunk_frames) {}

  std::int64_t chunk_frames() const noexcept override { return chunk_frames_; }
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t) override {
    return std::make_unique<Chunk>(*this, index);
  }
  void finish() override {
    if (fail_finish) throw std::runtime_error("the finish broke");
    if (cancel_in_finish) *cancel_in_finish = true;
    finished = true;
  }
  int pictures_held_at_most() const noexcept override { return keeps + 1; }
  int wrong() const { return wrong_ + releasers_.wrong; }

  std::int64_t fail_frame = -1;  // of the film, in write()
  std::int64_t fail_chunk = -1;  // in its finish()
  std::atomic<std::int64_t> frames{0};
  std::atomic<int> open{0};
  bool fail_finish = false;
  std::atomic<bool>* cancel_in_finish = nullptr;
  bool finished = false;

 private:
  class Chunk final : public PictureSink {
   public:
    Chunk(DawdlingFilm& film, std::int64_t index)
        : film_(film), index_(index), random_(film.seed_ + 100 + static_cast<unsigned>(index)) {
      ++film_.open;
    }
    // Note: [Release] wants every picture back by then.
    ~Chunk() override {
      film_.releasers_.wait(held_, 0);
      --film_.open;
    }
    void write(const Picture& picture) override {
      const std::int64_t frame = index_ * film_.chunk_frames_ + picture.pts_frames;
      if (picture.pts_frames != next_++) ++film_.wrong_;
      dawdle(random_);
      film_.releasers_.hand_in({picture, static_cast<int>((frame + 1) % 251), &held_});
      if (frame == film_.fail_frame) {
        film_.releasers_.wait(held_, 0);
        throw std::runtime_error("the write broke");
      }
      film_.releasers_.wait(held_, keeps);
      ++film_.frames;
    }
    void finish() override {
      dawdle(random_);
      film_.releasers_.wait(held_, 0);
      if (index_ == film_.fail_chunk) throw std::runtime_error("the chunk broke");
    }

   private:
    DawdlingFilm& film_;
    const std::int64_t index_;
    Random random_;
    std::int64_t next_ = 0;
    std::atomic<int> held_{0};
  };

  Releasers releasers_;
  const unsigned seed_;
  const std::int64_t chunk_frames_;
  std::atomic<int> wrong_{0};
};

constexpr std::int64_t film_frames = 150;

// Runs a film; what it ended with, "" for a whole one.
std::string outcome(DawdlingEngine& engine, DawdlingFilm& film, PipelineSettings settings) {
  if (settings.frames == 0) settings.frames = film_frames;
  std::string told;
  try {
    run_pipeline(engine, film, settings);
  } catch (const std::runtime_error& error) {
    told = error.what();
  }
  CHECK(film.wrong() == 0);
  CHECK(film.open == 0);
  CHECK(film.finished == told.empty());
  return told;
}

}  // namespace

TEST_SUITE("src.pipeline_chaos") {
  TEST_CASE("delays everywhere, releases from other threads in any order: every frame, whole") {
    for (unsigned seed = 1; seed <= 16; ++seed) {
      CAPTURE(seed);
      Random random(seed);
      DawdlingEngine engine(seed, 1 + static_cast<int>(random() % 3));
      DawdlingFilm film(seed, random() % 4 == 0 ? 0 : 10 + random() % 30);
      PipelineSettings settings;
      settings.lanes = 1 + static_cast<int>(random() % 5);
      // Often the shortest ring that is allowed: then everybody waits for everybody.
      if (random() % 2 == 0)
        settings.ring_slots = film.pictures_held_at_most() + engine.draws_in_flight() + 1;
      CHECK(outcome(engine, film, settings).empty());
      CHECK(film.frames == film_frames);
      CHECK(engine.frame() == film_frames);
    }
  }

  TEST_CASE("a failure at any moment on any side ends all, and is what is told") {
    for (unsigned seed = 1; seed <= 25; ++seed) {
      CAPTURE(seed);
      Random random(seed);
      DawdlingEngine engine(seed, 1 + static_cast<int>(random() % 3));
      const auto chunk = static_cast<std::int64_t>(10 + random() % 30);
      DawdlingFilm film(seed, chunk);
      PipelineSettings settings;
      settings.lanes = 1 + static_cast<int>(random() % 5);
      const auto frame = static_cast<std::int64_t>(random() % film_frames);
      std::string expected;
      switch (seed % 5) {
        case 0:
          engine.fail_step = frame;
          expected = "the step broke";
          break;
        case 1:
          engine.fail_draw = frame + 1;
          expected = "the draw broke";
          break;
        case 2:
          film.fail_frame = frame;
          expected = "the write broke";
          break;
        case 3:
          film.fail_chunk = std::min(frame / chunk, film_frames / chunk - 1);
          expected = "the chunk broke";
          break;
        default:
          film.fail_finish = true;
          expected = "the finish broke";
          break;
      }
      CHECK(outcome(engine, film, settings) == expected);
    }
  }

  TEST_CASE("failures on both sides at about the same moment: one of them is told") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
      CAPTURE(seed);
      DawdlingEngine engine(seed, 2);
      DawdlingFilm film(seed, 20);
      engine.fail_step = 30 + seed;
      film.fail_frame = 20 + seed;
      PipelineSettings settings;
      settings.lanes = 3;
      const std::string told = outcome(engine, film, settings);
      CHECK((told == "the step broke" || told == "the write broke"));
    }
  }

  TEST_CASE("a cancellation at any moment ends all") {
    for (unsigned seed = 1; seed <= 16; ++seed) {
      CAPTURE(seed);
      Random random(seed);
      DawdlingEngine engine(seed, 1 + static_cast<int>(random() % 3));
      DawdlingFilm film(seed, 10 + random() % 30);
      std::atomic<bool> cancel{false};
      engine.cancel = &cancel;
      engine.cancel_step = static_cast<std::int64_t>(random() % film_frames);
      PipelineSettings settings;
      settings.frames = 1'000'000'000;  // no machine gets there before the cancellation is seen
      settings.lanes = 1 + static_cast<int>(random() % 5);
      settings.cancel = &cancel;
      CHECK(outcome(engine, film, settings) == Cancelled().what());
    }
  }

  TEST_CASE("a cancellation while the film is finished comes too late") {
    for (unsigned seed = 1; seed <= 4; ++seed) {
      CAPTURE(seed);
      DawdlingEngine engine(seed, 2);
      DawdlingFilm film(seed, 20);
      std::atomic<bool> cancel{false};
      film.cancel_in_finish = &cancel;
      PipelineSettings settings;
      settings.lanes = static_cast<int>(seed);
      settings.cancel = &cancel;
      CHECK(outcome(engine, film, settings).empty());
      CHECK(film.frames == film_frames);
    }
  }
}
