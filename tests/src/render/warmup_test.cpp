// SPDX-License-Identifier: GPL-2.0-or-later
// A film with a warm-up is the later part of the film without: pictures, hashes, golden files,
// stills, PSNR, the check against the universe, chunks, lanes, and renders that were stopped.
#include <doctest/doctest.h>

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
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::contents;

namespace {

constexpr int warmup = 17, chunk = 12, frames = 3 * chunk + 2;

RenderSettings film(const std::string& look, const std::string& output) {
  RenderSettings settings;
  settings.universe.width = 320;
  settings.universe.height = 288;
  settings.universe.particles = 300;
  apply_look(settings, look);
  settings.film.codec = "ffv1";
  settings.film.frames_per_second = {25, 1};
  settings.film.chunk_frames = chunk;
  settings.film.codec_threads = 1;
  settings.engine.engine = EngineChoice::cpu;
  settings.engine.threads = 1;
  settings.frames = frames;
  settings.warmup = warmup;
  settings.output = output;
  return settings;
}

/// Of the pictures, a line each.
std::vector<std::string> hashes_of(const RenderSettings& settings) {
  const Golden golden = parse_golden(run_golden(settings, ""), "golden");
  return golden.pictures;
}

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
    CHECK(verified.frames_compared == frames);

    RenderSettings lanes = film("aurora", folder.file("lanes.mkv"));
    lanes.engine.lanes = 3;
    render(lanes);
    CHECK(contents(lanes.output) == contents(settings.output));
    RenderSettings off = film("aurora", folder.file("off.mkv"));
    off.resume = Resume::off;
    render(off);
    CHECK(contents(off.output) == contents(settings.output));
  }

  TEST_CASE("a render that was stopped goes on without another warm-up") {
    const test::TemporaryFolder folder;
    const RenderSettings whole = film("aurora", folder.file("whole.mkv"));
    render(whole);
    for (const std::int64_t stop : {2, chunk + 3}) {
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
      CHECK_THROWS_AS(render(settings, stopping, control), Cancelled);
      const auto fresh = make_engine(settings.universe, settings.engine);
      std::atomic<bool> never{false};
      Stopping resumed(*fresh, never, ~std::uint64_t{0}, work);
      render(settings, resumed);
      CHECK(resumed.steps <= frames);
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
