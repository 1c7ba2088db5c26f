// SPDX-License-Identifier: GPL-2.0-or-later
// How species move, as pictures come with it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/engine.h"

using namespace lifereel;

namespace {

UniverseSettings universe_of(bool colour) {
  UniverseSettings settings;
  settings.width = 352;
  settings.height = 288;
  settings.particles = 700;
  settings.species = 4;
  if (colour) settings.look.tone = ToneCurve::log;
  return settings;
}

std::vector<SpeciesMotion> motion_after(Engine& engine, int frames) {
  const UniverseSettings& settings = engine.settings();
  std::vector<std::uint8_t> picture(static_cast<std::size_t>(settings.width) *
                                    static_cast<std::size_t>(settings.height) * 3 / 2);
  std::vector<SpeciesMotion> motion(static_cast<std::size_t>(settings.species));
  const auto row = static_cast<std::size_t>(settings.width);
  PictureTarget target = luma_target(picture.data(), row);
  for (int frame = 0; frame < frames; ++frame) {
    engine.step();
    target.motion = frame + 1 == frames ? motion.data() : nullptr;
    engine.draw(target);
  }
  return motion;
}

}  // namespace

TEST_SUITE("sim.species_motion") {
  TEST_CASE("it is the root of the mean square of speed, and where that is") {
    for (const bool colour : {false, true}) {
      const auto engine = make_cpu_engine(universe_of(colour), {Isa::automatic, 2});
      const std::vector<SpeciesMotion> motion = motion_after(*engine, 40);
      State state;
      engine->read_state(state);
      for (std::size_t s = 0; s < motion.size(); ++s) {
        double count = 0, power = 0, across = 0, down = 0;
        for (std::size_t i = 0; i < state.y.size(); ++i) {
          if (static_cast<std::size_t>(state.species[i]) != s) continue;
          const double square = static_cast<double>(state.vy[i]) * state.vy[i] +
                                static_cast<double>(state.vx[i]) * state.vx[i];
          ++count;
          power += square;
          across += square * state.x[i] / 352;
          down += square * state.y[i] / 288;
        }
        REQUIRE(power > 0);
        CHECK(motion[s].speed / 1024.0 == doctest::Approx(std::sqrt(power / count)).epsilon(0.002));
        CHECK(std::abs(motion[s].across - (256 * across / power - 0.5)) < 1);
        CHECK(std::abs(motion[s].down - (256 * down / power - 0.5)) < 1);
      }
    }
  }

  TEST_CASE("it is the same with every instruction set and any number of threads") {
    const auto first = make_cpu_engine(universe_of(false), {Isa::baseline, 1});
    const std::vector<SpeciesMotion> expected = motion_after(*first, 60);
    for (const Isa isa : available_isas())
      for (const int threads : {1, 3}) {
        const auto engine = make_cpu_engine(universe_of(false), {isa, threads});
        CHECK(motion_after(*engine, 60) == expected);
      }
  }

  TEST_CASE("a species without particles stands still in the middle") {
    UniverseSettings settings = universe_of(false);
    settings.particles = 1;
    const auto engine = make_cpu_engine(settings, {});
    const std::vector<SpeciesMotion> motion = motion_after(*engine, 1);
    CHECK(std::count(motion.begin(), motion.end(), SpeciesMotion()) >= 3);
  }
}
