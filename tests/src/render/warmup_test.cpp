// SPDX-License-Identifier: GPL-2.0-or-later
// A film with a warm-up is the later part of the film without: pictures, hashes, golden files,
// stills, PSNR, the check against the universe, chunks, lanes, and renders that were stopped.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "src/errors.h"
#include "src/golden.h"
#include "src/render.h"
#include "src/verify.h"
#include "tests/messages.h"
#include "tests/src/cli/program.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::contents;

namespace {

constexpr int warmup = 17, warm_chunk = 12, warm_frames = 3 * warm_chunk + 2;

RenderSettings film(const std::string& look, const std::string& output) {
  RenderSettings settings;
  settings.universe.width = 320;
  settings.universe.height = 288;
  settings.universe.particles = 300;
  apply_look(settings, look);
  settings.film.codec = "ffv1";
  settings.film.frames_per_second = {25, 1};
  settings.film.chunk_frames = warm_chunk;
  settings.film.codec_threads = 1;
  settings.engine.engine = EngineChoice::cpu;
  settings.engine.threads = 1;
  settings.frames = warm_frames;
  settings.warmup = warmup;
  settings.output = output;
  return settings;
}

/// Of the pictures, a line each.
std::vector<std::string> hashes_of(const RenderSettings& settings) {
  const Golden golden = parse_golden(run_golden(settings, ""), "golden");
  return golden.pictures;
}

/// An engine whose universe stands still, which takes no time.
class Standing final : public Engine {
 public:
  explicit Standing(const UniverseSettings& universe) : universe_(universe) {
    make_cpu_engine(universe, {Isa::automatic, 1})->save(start_);
  }
  const UniverseSettings& settings() const noexcept override { return universe_; }
  EngineDescription describe() const override { return {"standing", "", "", 1, 0}; }
  void step() override {
    ++frame_;
    if (microseconds > 0) std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
  }
  void begin_draw(const PictureTarget& target) override {
    std::fill_n(target.planes[0].data,
                target.planes[0].stride_bytes * static_cast<std::size_t>(universe_.height), 16);
  }
  void finish_draw() override {}
  void pass(const PictureTarget&) override {}
  void read_state(State& state) const override { state = start_.state; }
  void save(Checkpoint& checkpoint) const override {
    checkpoint = start_;
    checkpoint.state.frame = frame_;
  }
  void restore(const Checkpoint& checkpoint) override { frame_ = checkpoint.state.frame; }
  std::uint64_t frame() const noexcept override { return frame_; }

  int microseconds = 0;  // that a step takes

 private:
  UniverseSettings universe_;
  Checkpoint start_;
  std::uint64_t frame_ = 0;
};

RenderSettings without(RenderSettings settings) {
  settings.frames = *settings.frames + settings.warmup;
  settings.warmup = 0;
  return settings;
}

}  // namespace

TEST_SUITE("src.warmup") {
  TEST_CASE("golden files and stills of a film with a warm-up are those of the later frames") {
    const test::TemporaryFolder folder;
    for (const char* look : {"published", "aurora", "ember"}) {
      CAPTURE(look);
      const RenderSettings settings = film(look, "");
      const std::vector<std::string> whole = hashes_of(without(settings));
      CHECK(hashes_of(settings) == std::vector<std::string>(whole.begin() + warmup, whole.end()));
      const std::string text = run_golden(settings, "");
      CHECK(contains(text, "#lifereel warmup = 17\n"));
      CHECK_FALSE(check_golden(parse_golden(text, "golden")).difference);

      RenderSettings still = settings, later = settings;
      still.frames.reset(), later.frames.reset();
      still.output = folder.file("still.png"), later.output = folder.file("later.png");
      still.overwrite = later.overwrite = true;
      still.frame = 4;
      later.frame = 4 + warmup;
      later.warmup = 0;
      render(still), render(later);
      CHECK(contents(still.output) == contents(later.output));
    }
  }

  TEST_CASE("a scene goes at once where particles would have to be moved") {
    const test::TemporaryFolder folder;
    RenderSettings settings = film("rain", folder.file("rain.mkv"));
    apply_setting(settings, "scene", "rain", "test");
    settings.warmup = 5;
    const std::vector<std::string> whole = hashes_of(without(settings));
    CHECK(hashes_of(settings) == std::vector<std::string>(whole.begin() + 5, whole.end()));
    // Frame by frame, this would take days.
    settings.warmup = 4'000'000'000;
    const std::vector<std::string> late = hashes_of(settings);
    CHECK(late[0] != whole[0]);
    settings.psnr = true;
    CHECK(render(settings).psnr_luma_minimum.value() > 99);
    RenderSettings still = settings;
    still.psnr = false;
    still.frames.reset();
    still.frame = 4'000'000'000;
    still.warmup = 0;
    still.output = folder.file("still.png");
    CHECK_NOTHROW(render(still));
    VerifySettings verify_settings;
    verify_settings.against_universe = true;
    CHECK(verify(settings.output, verify_settings).psnr_luma_minimum.value() > 99);
  }

  TEST_CASE("films carry it, are as good as they look, and have the same bytes from any lanes") {
    const test::TemporaryFolder folder;
    RenderSettings settings = film("aurora", folder.file("film.mkv"));
    settings.psnr = true;
    const RenderReport report = render(settings);
    CHECK(report.psnr_luma_minimum.value() > 99);
    CHECK(report.state_hash == render(without([&] {
                                 RenderSettings null = film("aurora", "");
                                 null.film.codec = "null";
                                 return null;
                               }()))
                                   .state_hash);
    VerifySettings verify_settings;
    verify_settings.against_universe = true;
    const VerifyReport verified = verify(settings.output, verify_settings);
    CHECK(verified.psnr_luma_minimum.value() > 99);
    CHECK(verified.frames_compared == warm_frames);

    RenderSettings lanes = film("aurora", folder.file("lanes.mkv"));
    lanes.engine.lanes = 3;
    render(lanes);
    CHECK(contents(lanes.output) == contents(settings.output));
    RenderSettings off = film("aurora", folder.file("off.mkv"));
    off.resume = Resume::off;
    render(off);
    CHECK(contents(off.output) == contents(settings.output));
  }

  TEST_CASE("who waits for a warm-up sees how far it is, and can stop it") {
    const test::TemporaryFolder folder;
    RenderSettings settings = film("published", folder.file("film.mkv"));
    settings.warmup = 1 << 20;
    settings.frames = 8;
    settings.resume = Resume::off;
    std::atomic<bool> cancel{false};
    JobControl control;
    control.cancel = &cancel;
    std::int64_t passed = 0;
    const auto watch = [&](std::int64_t warmup_frames) {
      cancel = false;
      control.progress = [&cancel, &passed, warmup_frames](const JobProgress& progress) {
        if (progress.frames_total != warmup_frames) return;
        passed = progress.frames_done;
        cancel = true;
      };
    };
    const auto stops = [&](const auto& job) {
      watch(settings.warmup);
      passed = 0;
      CHECK_THROWS_AS(job(), Cancelled);
      CHECK(passed > 0);
      CHECK(passed < settings.warmup);
    };
    stops([&] { render(settings, control); });
    stops([&] { run_golden(settings, "", false, control); });
    const std::string golden = run_golden(film("published", ""), "");
    Golden later = parse_golden(golden, "golden");
    later.settings.warmup = settings.warmup;
    stops([&] { check_golden(later, {}, control); });

    Standing standing(settings.universe);
    render(settings, standing);
    VerifySettings verify_settings;
    verify_settings.against_universe = true;
    stops([&] { verify(settings.output, verify_settings, control); });

    // A render's own warm-up is over by then.
    settings.psnr = settings.overwrite = true;
    settings.warmup = 2000;
    Standing slow(settings.universe);
    slow.microseconds = 200;
    std::int64_t last = 0;
    control.progress = [&](const JobProgress& progress) {
      if (progress.frames_total != settings.warmup) return;
      if (progress.frames_done < last) cancel = true;  // it has begun again
      last = progress.frames_done;
    };
    cancel = false;
    CHECK_THROWS_AS(render(settings, slow, control), CancelledWhenFinished);
  }

  TEST_CASE("a render that is killed in its warm-up goes on there, to the same bytes") {
    const test::Program program;
    const auto words = [](const std::string& output) {
      return test::with_small_universe({"render", "--look", "aurora", "--codec", "ffv1",
                                        "--chunk-frames", "150", "--warmup", "1500", "--frames",
                                        "24", "--lanes", "1", "-o", output});
    };
    CHECK(program.run(words("whole.mkv")).status == 0);
    const pid_t child = program.start(words("film.mkv"));
    for (int i = 0; i < 60'000; ++i) {
      if (std::filesystem::exists(program.path("film.mkv.lifereel/checkpoint-000000"))) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    kill(child, SIGKILL);
    CHECK(program.wait(child).status == -SIGKILL);
    const test::Result resumed = program.run(words("film.mkv"));
    CHECK(resumed.status == 0);
    CHECK(contains(resumed.out, "of 1500 frames of the warm-up are kept in 'film.mkv.lifereel'"));
    CHECK(test::read_file(program.path("film.mkv")) == test::read_file(program.path("whole.mkv")));
  }

  TEST_CASE("a render that was stopped goes on without another warm-up") {
    const test::TemporaryFolder folder;
    const RenderSettings whole = film("aurora", folder.file("whole.mkv"));
    render(whole);
    for (const std::int64_t stop : {warm_chunk - warmup + 3, 2, warm_chunk + 3}) {
      CAPTURE(stop);
      RenderSettings settings = film("aurora", folder.file("stopped.mkv"));
      settings.overwrite = true;
      std::atomic<bool> cancel{false};
      JobControl control;
      control.cancel = &cancel;
      const auto engine = make_engine(settings.universe, settings.engine);
      struct Stopping final : Engine {
        Engine& inner;
        std::atomic<bool>& cancel;
        std::uint64_t stop;
        const std::string& work;
        int steps = 0;
        Stopping(Engine& e, std::atomic<bool>& c, std::uint64_t s, const std::string& w)
            : inner(e), cancel(c), stop(s), work(w) {}
        const UniverseSettings& settings() const noexcept override { return inner.settings(); }
        EngineDescription describe() const override { return inner.describe(); }
        void step() override {
          if (inner.frame() == stop) {
            // Until the first chunk's checkpoint is kept, or the chunk itself, which ends it.
            const auto kept = [this](const char* name) {
              return std::filesystem::exists(work + name);
            };
            for (int i = 0; i < 600 && !kept("/checkpoint-000000") && !kept("/chunk-000000"); ++i)
              std::this_thread::sleep_for(std::chrono::milliseconds(100));
            cancel = true;
          }
          ++steps;
          inner.step();
        }
        void begin_draw(const PictureTarget& target) override { inner.begin_draw(target); }
        void finish_draw() override { inner.finish_draw(); }
        void pass(const PictureTarget& target) override { inner.pass(target); }
        void cancel_steps(const std::atomic<bool>* flag) noexcept override {
          inner.cancel_steps(flag);
        }
        bool draws_colour() const noexcept override { return inner.draws_colour(); }
        void read_state(State& state) const override { inner.read_state(state); }
        void save(Checkpoint& checkpoint) const override { inner.save(checkpoint); }
        void restore(const Checkpoint& checkpoint) override { inner.restore(checkpoint); }
        std::uint64_t frame() const noexcept override { return inner.frame(); }
      };
      const std::string work = settings.output + ".lifereel";
      Stopping stopping(*engine, cancel, static_cast<std::uint64_t>(warmup + stop), work);
      const std::string told = test::error_of([&] { render(settings, stopping, control); });
      if (stop < warm_chunk)  // else chunks may be kept, or not yet
        CHECK(contains(told, stop < 0 ? "12 of 17 frames of the warm-up are kept"
                                      : "17 of 17 frames of the warm-up are kept"));
      else
        CHECK(contains(told, "are kept in"));
      const auto fresh = make_engine(settings.universe, settings.engine);
      std::atomic<bool> never{false};
      Stopping resumed(*fresh, never, ~std::uint64_t{0}, work);
      render(settings, resumed);
      CHECK(resumed.steps <= warm_frames + (stop < 0 ? warmup - warm_chunk : 0));
      CHECK(contents(settings.output) == contents(whole.output));

      RenderSettings other = settings;
      other.output = folder.file("other.mkv");
      other.warmup = warmup + 1;
      CHECK(print_config(other) != print_config(settings));
    }
  }

  TEST_CASE("what is out of range is refused, and a preset starts without") {
    RenderSettings settings = film("published", "");
    apply_preset(settings, "dvd_video");
    CHECK(settings.warmup == 0);
    CHECK_FALSE(contains(print_config(settings), "warmup"));
    settings.warmup = -1;
    CHECK(contains(test::refusal_of([&] { frame_count(settings); }), "warmup must be 0 or more"));
  }
}
