// SPDX-License-Identifier: GPL-2.0-or-later
// Engines tell where their time went.
#include <doctest/doctest.h>

#include <chrono>
#include <vector>

#include "sim/engine.h"

using namespace lifereel;

namespace {

StageTimes spent(const UniverseSettings& universe, double& wall) {
  const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
  std::vector<std::uint8_t> luma(static_cast<std::size_t>(universe.width * universe.height));
  PictureTarget target = luma_target(luma.data(), static_cast<std::size_t>(universe.width));
  const auto start = std::chrono::steady_clock::now();
  for (int frame = 0; frame < 3; ++frame) {
    engine->step();
    engine->draw(target);
  }
  wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return engine->stage_times() - StageTimes();
}

}  // namespace

TEST_SUITE("sim.stage_times") {
  TEST_CASE("each stage that there is takes time, and all of them no more than there was") {
    UniverseSettings universe;
    double wall = 0;
    const StageTimes gray = spent(universe, wall);
    CHECK(gray.step > 0);
    CHECK(gray.light > 0);
    CHECK(gray.tone > 0);
    CHECK(gray.glyphs + gray.bend + gray.bloom == 0);
    CHECK(gray.sum() <= wall);
    CHECK(gray.sum() > wall / 2);

    universe.look.tone = ToneCurve::log;
    universe.look.bloom = 1;
    universe.look.glyphs = true;
    universe.look.barrel = 0.5f;
    const StageTimes all = spent(universe, wall);
    for (const double stage : {all.step, all.light, all.glyphs, all.bend, all.bloom, all.tone})
      CHECK(stage > 0);
    CHECK(all.sum() <= wall);

    universe.scene = Scene::rain;
    const StageTimes rain = spent(universe, wall);
    CHECK(rain.step + rain.light == 0);
    CHECK(rain.glyphs > 0);
    CHECK(rain.tone > 0);
  }
}
