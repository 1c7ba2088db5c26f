// SPDX-License-Identifier: GPL-2.0-or-later
// Time lapse, slow motion, and frames that nobody looks at.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "sim/arithmetic/constants.h"
#include "sim/engine.h"
#include "tests/messages.h"

using namespace lifereel;
using test::refusal_of;

namespace {

UniverseSettings gray_universe() {
  UniverseSettings settings;
  settings.width = 320;
  settings.height = 290;
  settings.particles = 400;
  return settings;
}

UniverseSettings colour_universe(ColourBy by = ColourBy::species) {
  UniverseSettings settings = gray_universe();
  settings.look.tone = ToneCurve::log;
  settings.look.bloom = 0.3f;
  settings.look.colour_by = by;
  return settings;
}

struct Memory {
  std::vector<std::uint8_t> samples;
  PictureTarget target;
  explicit Memory(const UniverseSettings& s, int bits = 8) {
    const std::size_t row = static_cast<std::size_t>(s.width) * (bits > 8 ? 2 : 1);
    const std::size_t plane = row * static_cast<std::size_t>(s.height);
    samples.resize(plane * 3 / 2);
    target.planes[0] = {samples.data(), row};
    target.planes[1] = {samples.data() + plane, row / 2};
    target.planes[2] = {samples.data() + plane * 5 / 4, row / 2};
    target.colour = {ColourMatrix::bt709, ColourRange::limited, bits};
  }
};

std::vector<std::uint8_t> picture_of(Engine& engine) {
  Memory memory(engine.settings());
  engine.draw(memory.target);
  return memory.samples;
}

std::unique_ptr<Engine> engine_of(const UniverseSettings& universe, int threads = 1) {
  return make_cpu_engine(universe, {Isa::automatic, threads});
}

Checkpoint saved(const Engine& engine) {
  Checkpoint checkpoint;
  engine.save(checkpoint);
  return checkpoint;
}

void frames_of(Engine& engine, int count) {
  for (int i = 0; i < count; ++i) engine.step(), picture_of(engine);
}

double light_of(const Checkpoint& checkpoint) {
  return std::accumulate(checkpoint.trail.begin(), checkpoint.trail.end(), 0.0);
}

}  // namespace

TEST_SUITE("sim.frame_time") {
  TEST_CASE("a frame of several steps is where those steps lead") {
    for (const UniverseSettings& universe : {gray_universe(), colour_universe()}) {
      UniverseSettings lapse = universe;
      lapse.steps_per_frame = 3;
      const auto steps = engine_of(universe), frames = engine_of(lapse, 2);
      for (int frame = 1; frame <= 4; ++frame) {
        for (int step = 0; step < 3; ++step) steps->step();
        frames->step();
        CHECK(frames->hash_state() == steps->hash_state());
        CHECK(frames->frame() == static_cast<std::uint64_t>(frame));
        // The published picture is of the last step alone.
        if (!universe.look.draws_colour()) CHECK(picture_of(*frames) == picture_of(*steps));
      }
    }
  }

  TEST_CASE("each step's way is in a picture in colour, with as much light in all") {
    UniverseSettings still = colour_universe();
    still.force_scale = 0;
    const auto plain = engine_of(still);
    frames_of(*plain, 5);
    const double light = light_of(saved(*plain));
    for (const int steps : {2, 4, 16}) {
      CAPTURE(steps);
      UniverseSettings lapse = still;
      lapse.steps_per_frame = steps;
      const auto engine = engine_of(lapse);
      frames_of(*engine, 5);
      CHECK(points_a_frame(lapse) == std::max(4, steps));
      // More points are toned as darker ones: the picture is the same.
      CHECK(light_of(saved(*engine)) ==
            doctest::Approx(light * std::max(4, steps) / 4).epsilon(1e-3));
      const auto again = engine_of(still);
      frames_of(*again, 5);
      again->step(), engine->step();
      const std::vector<std::uint8_t> a = picture_of(*again), b = picture_of(*engine);
      int most = 0;
      for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
      CHECK(most <= 1);
    }
    // Where they move, the light lies along all of the way: more pixels are lit.
    UniverseSettings lapse = colour_universe();
    lapse.steps_per_frame = 8;
    const auto once = engine_of(colour_universe()), often = engine_of(lapse);
    for (int step = 0; step < 80; ++step) once->step();
    for (int frame = 0; frame < 10; ++frame) often->step();
    picture_of(*once), picture_of(*often);
    const auto lit = [](const Engine& engine) {
      const Checkpoint checkpoint = saved(engine);
      return std::count_if(checkpoint.trail.begin(), checkpoint.trail.end(),
                           [](float of_pixel) { return of_pixel > 0; });
    };
    CHECK(lit(*often) > lit(*once) * 3 / 2);
  }

  TEST_CASE("light of several steps is the same whatever computes it, and goes on when restored") {
    for (const ColourBy by : {ColourBy::species, ColourBy::speed, ColourBy::density}) {
      UniverseSettings lapse = colour_universe(by);
      lapse.steps_per_frame = 3;
      const auto one = engine_of(lapse, 1);
      std::vector<std::uint8_t> bytes;
      for (int frame = 0; frame < 6; ++frame) {
        if (frame == 3) bytes = serialize_checkpoint(saved(*one));
        one->step(), picture_of(*one);
      }
      CHECK(std::string(bytes.begin(), bytes.begin() + 23) == "lifereel checkpoint v04");
      const Checkpoint middle = parse_checkpoint(bytes.data(), bytes.size());
      CHECK(middle.universe == lapse);
      for (const Isa isa : available_isas()) {
        const auto other = make_cpu_engine(lapse, {isa, 3});
        other->step();  // forgotten
        other->restore(middle);
        frames_of(*other, 3);
        CHECK(saved(*other) == saved(*one));
      }
      one->step();
      CHECK_THROWS_AS(saved(*one), std::logic_error);
    }
  }

  TEST_CASE("a frame that is cancelled between its steps is taken back") {
    UniverseSettings lapse = colour_universe();
    lapse.steps_per_frame = 1000;
    const auto start = std::chrono::steady_clock::now();
    engine_of(lapse)->step();
    const auto half = (std::chrono::steady_clock::now() - start) / 2;
    bool cancelled = false;
    // On a busy machine the flag may come when all steps are taken.
    for (int attempt = 0; attempt < 20 && !cancelled; ++attempt) {
      const auto engine = engine_of(lapse);
      const Checkpoint before = saved(*engine);
      std::atomic<bool> cancel{false};
      engine->cancel_steps(&cancel);
      std::thread stop([&] {
        std::this_thread::sleep_for(half);
        cancel = true;
      });
      try {
        engine->step();
      } catch (const Cancelled&) {
        cancelled = true;
      }
      stop.join();
      if (!cancelled) continue;
      CHECK(saved(*engine) == before);
      CHECK(engine->frame() == 0);
      CHECK(picture_of(*engine) == picture_of(*engine_of(lapse)));
    }
    CHECK(cancelled);
  }

  TEST_CASE("frames that nobody looks at leave what drawn ones leave") {
    UniverseSettings many = colour_universe();
    many.steps_per_frame = 2;
    for (const UniverseSettings& universe :
         {gray_universe(), colour_universe(), colour_universe(ColourBy::density),
          colour_universe(ColourBy::age), many}) {
      const auto drawn = engine_of(universe), passed = engine_of(universe, 2);
      for (int frame = 0; frame < 9; ++frame) {
        Memory memory(universe, universe.look.draws_colour() && frame % 2 == 1 ? 10 : 8);
        drawn->step(), drawn->draw(memory.target);
        passed->step(), passed->pass(memory.target);
      }
      CHECK(saved(*passed) == saved(*drawn));
      drawn->step(), passed->step();
      CHECK(picture_of(*passed) == picture_of(*drawn));
    }
  }

  TEST_CASE("slow motion: roots are exact, and frames lie where the plain film's do") {
    for (const int n : {2, 3, 5, 16, 64})
      for (const double part : {0.0, 1e-6, 0.25, 0.85, 0.999999, 1.0}) {
        CHECK(root_of_part(part, n) == doctest::Approx(std::pow(part, 1.0 / n)).epsilon(1e-14));
      }
    CHECK(root_of_part(0.25, 2) == 0.5);
    UniverseSettings plain = gray_universe();
    const auto reference = engine_of(plain);
    for (int frame = 0; frame < 10; ++frame) reference->step();
    State there;
    reference->read_state(there);
    for (const int substeps : {2, 4}) {
      UniverseSettings slow = plain;
      slow.substeps = substeps;
      const auto engine = engine_of(slow);
      for (int frame = 0; frame < 10 * substeps; ++frame) engine->step();
      State here;
      engine->read_state(here);
      std::size_t near = 0;
      for (std::size_t i = 0; i < here.y.size(); ++i) {
        const auto apart = [](float a, float b, int size) {
          const float d = std::fabs(a - b);
          return std::min(d, static_cast<float>(size) - d);
        };
        near += std::hypot(apart(here.y[i], there.y[i], plain.height),
                           apart(here.x[i], there.x[i], plain.width)) <= 1;
      }
      MESSAGE(substeps << " substeps: " << near << " of 400 within a pixel");
      CHECK(near >= 300);
    }
  }

  TEST_CASE("what contradicts itself or is out of range is refused") {
    const auto refused = [](int steps_per_frame, int substeps) {
      UniverseSettings settings;
      settings.steps_per_frame = steps_per_frame;
      settings.substeps = substeps;
      return refusal_of([&] { validate(settings); });
    };
    CHECK(refused(0, 1) == "steps-per-frame 0 is out of range: 1 to 1000");
    CHECK(refused(1001, 1) == "steps-per-frame 1001 is out of range: 1 to 1000");
    CHECK(refused(1, 65) == "substeps 65 is out of range: 1 to 64");
    CHECK(test::contains(refused(2, 2), "leave one of them out"));
    UniverseSettings crowd = colour_universe();
    crowd.particles = 100'000;
    crowd.steps_per_frame = 201;
    CHECK(test::contains(refusal_of([&] { validate(crowd); }), "lower steps-per-frame"));
  }
}
