// SPDX-License-Identifier: GPL-2.0-or-later
// One seed, one universe: whatever computes it.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "sim/arithmetic/arithmetic.h"
#include "sim/arithmetic/cell_grid.h"
#include "sim/arithmetic/constants.h"
#include "sim/engine.h"
#include "tests/sanitizers.h"

using namespace lifereel;

namespace {

UniverseSettings small_universe() {
  UniverseSettings settings;
  settings.width = 431;  // no multiple of any vector, of rmax or of 2
  settings.height = 297;
  settings.particles = 777;
  settings.species = 7;
  settings.seed = 11;
  return settings;
}

struct Run {
  std::vector<std::string> states;
  std::vector<std::vector<std::uint8_t>> pictures;
  bool operator==(const Run&) const = default;
};

Run run(const UniverseSettings& universe, const CpuEngineSettings& cpu, int frames) {
  Run run;
  const auto engine = make_cpu_engine(universe, cpu);
  const std::size_t stride = static_cast<std::size_t>(universe.width) + 5;
  for (int frame = 0; frame < frames; ++frame) {
    std::vector<std::uint8_t> picture(stride * static_cast<std::size_t>(universe.height), 99);
    engine->step();
    engine->draw(luma_target(picture.data(), stride, ColourRange::limited));
    run.states.push_back(engine->hash_state());
    run.pictures.push_back(picture);
  }
  return run;
}

// One step from the initial state: each pair of particles in the 3x3 cells around, one by one.
State step_by_definition(const UniverseSettings& universe) {
  InitialState initial = make_initial_state(universe);
  State& state = initial.state;
  const State before = state;
  const CellGrid grid = make_cell_grid(universe);
  const auto height = static_cast<float>(universe.height),
             width = static_cast<float>(universe.width);
  const auto species = static_cast<std::size_t>(universe.species);
  const arithmetic::ForceConstants force = force_constants(universe, initial.matrix);
  const arithmetic::MotionConstants motion = motion_constants(universe, initial.matrix);
  std::vector<std::int32_t> row, column;
  for (std::size_t i = 0; i < before.y.size(); ++i) {
    row.push_back(grid.row_of(before.y[i]));
    column.push_back(grid.column_of(before.x[i]));
  }
  // What is added to a coordinate in cell `to` for one in cell `from`, or nothing if too far.
  const auto offset = [](std::int32_t from, std::int32_t to, std::int32_t cells, float size,
                         float& added) {
    added = from == 0 && to == cells - 1 ? -size : to == 0 && from == cells - 1 ? size : 0.0f;
    return added != 0.0f || std::abs(from - to) <= 1;
  };
  for (std::size_t i = 0; i < before.y.size(); ++i) {
    std::int64_t sum_y = 0, sum_x = 0;
    const float* felt =
        initial.matrix.data() + static_cast<std::size_t>(before.species[i]) * species;
    for (std::size_t j = 0; j < before.y.size(); ++j) {
      float offset_y, offset_x;
      if (!offset(column[i], column[j], grid.columns, width, offset_x) ||
          !offset(row[i], row[j], grid.rows, height, offset_y))
        continue;
      const float dy = (before.y[j] + offset_y) - before.y[i];
      const float dx = (before.x[j] + offset_x) - before.x[i];
      const float r2 = dy * dy + dx * dx;
      if (r2 > reach_squared(universe)) continue;
      const float c = arithmetic::pair_coefficient(r2, felt[before.species[j]], force);
      sum_y += arithmetic::force_quanta(c, dy, force);
      sum_x += arithmetic::force_quanta(c, dx, force);
    }
    arithmetic::integrate(state.y[i], state.vy[i], sum_y, height, motion);
    arithmetic::integrate(state.x[i], state.vx[i], sum_x, width, motion);
  }
  return state;
}

std::string sentence_of(const UniverseSettings& settings) {
  try {
    validate(settings);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_SUITE("sim.cpu_engine") {
  TEST_CASE("every instruction set and thread count computes the same bits") {
    for (const Seam seam : {Seam::exact, Seam::published}) {
      UniverseSettings universe = small_universe();
      universe.seam = seam;
      const int frames = test::sanitized ? 12 : 40;
      const Run expected = run(universe, {Isa::baseline, 1}, frames);
      for (const Isa isa : available_isas())
        for (const int threads : {1, 2, 3, 8}) {
          CAPTURE(std::string(isa_name(isa)));
          CAPTURE(threads);
          CHECK(run(universe, {isa, threads}, frames) == expected);
        }
    }
  }

  TEST_CASE("changing any setting changes the universe") {
    const UniverseSettings base = small_universe();
    const std::string state = run(base, {}, 3).states.back();
    const auto differs = [&](auto change) {
      UniverseSettings changed = base;
      change(changed);
      return run(changed, {}, 3).states.back() != state;
    };
    CHECK(differs([](auto& s) { s.seed = 12; }));
    CHECK(differs([](auto& s) { s.particles = 778; }));
    CHECK(differs([](auto& s) { s.species = 6; }));
    CHECK(differs([](auto& s) { s.rmax = 80; }));
    CHECK(differs([](auto& s) { s.beta = 0.31f; }));
    CHECK(differs([](auto& s) { s.force_scale = 0.81f; }));
    CHECK(differs([](auto& s) { s.friction = 0.84f; }));
    CHECK(differs([](auto& s) { s.dt = 0.61f; }));
    CHECK(differs([](auto& s) { s.seam = Seam::published; }));
    CHECK(differs([](auto& s) { s.matrix.assign(49, 0.5f); }));
    CHECK_FALSE(differs([](auto& s) { s.trail_decay = 0.5f; }));
  }

  TEST_CASE("a picture touches its own pixels and nothing else") {
    const UniverseSettings universe = small_universe();
    const auto pictures = run(universe, {}, 2).pictures;
    const std::size_t stride = static_cast<std::size_t>(universe.width) + 5;
    for (const auto& picture : pictures)
      for (std::size_t y = 0; y < static_cast<std::size_t>(universe.height); ++y)
        for (std::size_t x = 0; x < stride; ++x) {
          const int luma = picture[y * stride + x];
          if (x < static_cast<std::size_t>(universe.width))
            REQUIRE((luma >= 16 && luma <= 235));
          else
            REQUIRE(luma == 99);
        }
  }

  TEST_CASE("limited range equals FFmpeg's conversion of gray, all 256 values") {
    for (std::int32_t gray = 0; gray < 256; ++gray)
      CHECK(arithmetic::limited_range(gray) == 16 + (219 * gray + 127) / 255);
  }

  TEST_CASE("flush-to-zero set by the embedding program changes nothing") {
#if defined(__x86_64__)
    const UniverseSettings universe = small_universe();
    const Run expected = run(universe, {Isa::automatic, 2}, 5);
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u | 0x6000u);  // FTZ, DAZ, round towards zero
    const Run flushed = run(universe, {Isa::automatic, 2}, 5);
    _mm_setcsr(before);
    CHECK(flushed == expected);
#endif
  }

  TEST_CASE("flush-to-zero set by the embedding program changes nothing that is restored") {
#if defined(__x86_64__)
    UniverseSettings universe = small_universe();
    universe.particles = 3;  // most rows of the trail are without
    universe.species = 1;
    Checkpoint start;
    make_cpu_engine(universe)->save(start);
    std::fill(start.trail.begin(), start.trail.end(), 1e-40f);
    const auto after_a_frame = [&](unsigned flags) {
      const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
      const unsigned before = _mm_getcsr();
      _mm_setcsr(before | flags);
      engine->restore(start);
      _mm_setcsr(before);
      std::vector<std::uint8_t> picture(431 * 297);
      engine->step();
      engine->draw(luma_target(picture.data(), 431, ColourRange::full));
      Checkpoint end;
      engine->save(end);
      return end;
    };
    const Checkpoint expected = after_a_frame(0);
    for (const unsigned flags : {0x8040u, 0x2000u, 0x4000u, 0x6000u})
      CHECK(after_a_frame(flags) == expected);
#endif
  }

  TEST_CASE("a lone particle rests, draws its splat across the seam and fades to black") {
    UniverseSettings universe;
    universe.width = universe.height = 300;
    universe.particles = 1;
    universe.species = 1;
    const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
    std::vector<std::uint8_t> picture(300 * 300);
    State before, after;
    engine->read_state(before);
    engine->step();
    engine->draw(luma_target(picture.data(), 300, ColourRange::full));
    engine->read_state(after);
    CHECK(before.y == after.y);
    CHECK(before.x == after.x);
    CHECK(std::count_if(picture.begin(), picture.end(), [](int v) { return v > 0; }) == 25);
    const auto brightest = static_cast<std::size_t>(
        std::max_element(picture.begin(), picture.end()) - picture.begin());
    CHECK(brightest / 300 == static_cast<std::size_t>(after.y[0]));
    CHECK(brightest % 300 == static_cast<std::size_t>(after.x[0]));
  }

  TEST_CASE("quarter_reciprocal_sqrt is finite at 0 and accurate elsewhere") {
    CHECK(std::isfinite(arithmetic::quarter_reciprocal_sqrt(0.0f)));
    double worst = 0;
    for (float x = 1e-12f; x < 1e12f; x *= 1.0137f)
      worst =
          std::max(worst, std::fabs(static_cast<double>(arithmetic::quarter_reciprocal_sqrt(x)) *
                                        4 * std::sqrt(static_cast<double>(x)) -
                                    1));
    CHECK(worst < 6e-7);
  }

  TEST_CASE("pair_coefficient is the published force over 4 r, and exactly 0 beyond reach") {
    for (const float beta : {0.05f, 0.3f, 0.9f, 0.99f}) {
      UniverseSettings settings;
      settings.beta = beta;
      const float rmax = settings.rmax;
      const arithmetic::ForceConstants c = force_constants(settings, {});
      for (double r = 0.05; r < 120; r += 0.037) {
        const double n = r / rmax, a = -0.7;
        const double force = n < beta ? n / beta - 1
                             : n < 1  ? a * (1 - std::fabs(2 * n - 1 - beta) / (1.0 - beta))
                                      : 0;
        const float got =
            arithmetic::pair_coefficient(static_cast<float>(r * r), static_cast<float>(a), c);
        CHECK(std::fabs(static_cast<double>(got) * 4 * r - force) < 4e-6 / (1 - beta));
      }
      // From the skipping limit on, every attraction gives 0: paths that skip and paths that add
      // must agree.
      float r2 = reach_squared(settings);
      for (int i = 0; i < 100000; ++i, r2 = std::nextafter(r2, 1e9f))
        REQUIRE(arithmetic::pair_coefficient(r2, 1e6f, c) == 0.0f);
    }
  }

  TEST_CASE("forces are rounded to whole quanta, to nearest even, for any strength") {
    for (const auto& [entry, strength] : std::vector<std::pair<float, float>>{
             {0.0f, 1.0f}, {-1.0f, 1.0f}, {1.25f, 2.0f}, {-2.0f, 2.0f}, {700.0f, 1024.0f}}) {
      UniverseSettings settings = small_universe();
      settings.species = 1;
      settings.matrix = {entry};
      CHECK(force_strength(settings.matrix) == strength);
      const arithmetic::ForceConstants c = force_constants(settings, settings.matrix);
      const double quantum = static_cast<double>(strength) * 0x1p-21;
      for (float force = -strength; force <= strength; force += strength * 0.000977f) {
        const std::int32_t quanta = arithmetic::force_quanta(0.25f * force, 1.0f, c);
        REQUIRE(quanta == std::lrint(static_cast<double>(force) / quantum));
        // What a partial sum may hold without overflow.
        REQUIRE(std::abs(quanta) * std::int64_t{arithmetic::terms_per_partial_sum} < 0x7fffffff);
      }
      CHECK(arithmetic::force_quanta(0.125f, static_cast<float>(quantum), c) == 0);
      CHECK(arithmetic::force_quanta(0.375f, static_cast<float>(quantum), c) == 2);
      CHECK(motion_constants(settings, settings.matrix).impulse_per_quantum ==
            settings.force_scale * settings.dt * static_cast<float>(quantum));
    }
  }

  TEST_CASE("wrap stays on the torus for every coordinate") {
    for (const float size : {3.0f, 88.5f, 720.0f, 7680.0f})
      for (const float x :
           {0.0f, -0.0f, -1e-30f, -1e-6f, size, std::nextafter(size, 0.0f), -size, 1.5f * size,
            -2.5f * size, 1e9f, -1e9f, 3e38f, std::numeric_limits<float>::infinity(),
            -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        const float wrapped = arithmetic::wrap(x, size);
        CHECK((wrapped >= 0.0f && wrapped < size));
      }
    CHECK(arithmetic::wrap(725.5f, 720.0f) == 5.5f);
    CHECK(arithmetic::wrap(-5.5f, 720.0f) == 714.5f);
    CHECK(arithmetic::wrap(2165.0f, 720.0f) == 5.0f);
  }

  TEST_CASE("a step adds every pair once, as defined, across both seams" *
            doctest::skip(test::looks_for_races)) {
    struct World {
      int width, height, particles;
      float rmax;
    };
    // The smallest torus; no multiple of rmax; one with a narrow last cell; strips of more
    // particles than a partial sum has terms; next to nobody.
    for (const World& world :
         {World{264, 264, 500, 88.0f}, World{431, 297, 777, 88.0f}, World{800, 270, 900, 88.0f},
          World{300, 300, 4, 100.0f}, World{2000, 30, 12500, 10.0f}, World{301, 64, 5000, 21.0f}})
      for (const Seam seam : {Seam::exact, Seam::published}) {
        CAPTURE(world.width);
        CAPTURE(seam == Seam::published);
        UniverseSettings universe;
        universe.width = world.width;
        universe.height = world.height;
        universe.particles = world.particles;
        universe.rmax = world.rmax;
        universe.seam = seam;
        const auto engine = make_cpu_engine(universe, {Isa::automatic, 2});
        engine->step();
        State moved;
        engine->read_state(moved);
        CHECK(hash_state(step_by_definition(universe)) == hash_state(moved));
      }
  }

  TEST_CASE("a step that is cancelled leaves the universe where it was") {
    UniverseSettings universe = small_universe();
    universe.particles = 100'000;  // a step takes long after the flag is set
    for (const Isa isa : available_isas())
      for (const int threads : {1, 3}) {
        CAPTURE(isa_name(isa));
        CAPTURE(threads);
        std::atomic<bool> cancel{false};
        const auto engine = make_cpu_engine(universe, {isa, threads});
        engine->cancel_steps(&cancel);
        const std::string before = engine->hash_state();
        std::thread other([&cancel] {
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
          cancel = true;
        });
        CHECK_THROWS_AS(engine->step(), Cancelled);
        other.join();
        CHECK(engine->frame() == 0);
        CHECK(engine->hash_state() == before);
        CHECK_THROWS_AS(engine->step(), Cancelled);  // before it has begun
        CHECK(engine->hash_state() == before);
      }
  }

  TEST_CASE("after cancelled steps a universe goes on as if there had been none") {
    const UniverseSettings universe = small_universe();
    const auto expected = make_cpu_engine(universe, {Isa::automatic, 1});
    std::atomic<bool> cancel{false};
    const auto engine = make_cpu_engine(universe, {Isa::automatic, 2});
    engine->cancel_steps(&cancel);
    std::atomic<bool> done{false};
    // Quiet for longer and longer, so that a step gets through on any machine.
    std::thread other([&] {
      for (int quiet_us = 1; !done; quiet_us = quiet_us < 50'000 ? quiet_us * 2 : 1) {
        cancel = true;
        std::this_thread::sleep_for(std::chrono::microseconds(20));
        cancel = false;
        std::this_thread::sleep_for(std::chrono::microseconds(quiet_us));
      }
    });
    int cancelled = 0;
    for (int frame = 0; frame < 20 || (cancelled == 0 && frame < 10'000); ++frame) {
      expected->step();
      for (bool stepped = false; !stepped;) try {
          engine->step();
          stepped = true;
        } catch (const Cancelled&) {
          ++cancelled;
        }
      CHECK(engine->hash_state() == expected->hash_state());
    }
    done = true;
    other.join();
    CHECK(cancelled > 0);
  }

  TEST_CASE("settings out of range are refused with one sentence") {
    const auto refused = [](auto change, const char* words) {
      UniverseSettings settings;
      change(settings);
      const std::string sentence = sentence_of(settings);
      CAPTURE(sentence);
      CHECK(sentence.find(words) != std::string::npos);
    };
    CHECK(sentence_of({}).empty());
    refused([](auto& s) { s.width = 0; }, "width and height are 1 to 32768");
    refused([](auto& s) { s.height = -480; }, "width and height are 1 to 32768");
    refused([](auto& s) { s.width = 100000; }, "width and height are 1 to 32768");
    refused([](auto& s) { s.particles = 0; }, "particles 0 is out of range");
    refused([](auto& s) { s.particles = 200'000'000; }, "1 to 100000000");
    refused([](auto& s) { s.species = 33; }, "species 33 is out of range: 1 to 32");
    refused([](auto& s) { s.species = 0; }, "species 0 is out of range");
    refused([](auto& s) { s.height = 263; }, "set rmax to 87 or less");
    refused([](auto& s) { s.rmax = std::nanf(""); }, "rmax");
    refused([](auto& s) { s.beta = 0.0f; }, "beta");
    refused([](auto& s) { s.beta = 1.0f; }, "beta");
    refused([](auto& s) { s.friction = 1.5f; }, "friction");
    refused([](auto& s) { s.dt = 0.0f; }, "dt");
    refused([](auto& s) { s.trail_decay = 1.0f; }, "trail-decay");
    refused([](auto& s) { s.force_scale = std::nanf(""); }, "force-scale");
    refused([](auto& s) { s.matrix.assign(24, 0.0f); }, "5 lines of 5");
    refused([](auto& s) { s.matrix.assign(25, std::nanf("")); }, "not finite");
    CHECK_THROWS_WITH_AS(make_cpu_engine({}, {Isa::automatic, -1}),
                         "threads -1 is out of range: 1 to 1024, or 0 for every processor",
                         std::invalid_argument);
  }
}
