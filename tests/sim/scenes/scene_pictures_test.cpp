// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures of rain and fire: the same bits whatever computes them and wherever a film begins.
#include <doctest/doctest.h>

#include "tests/sim/scenes/scene_universe.h"

using namespace lifereel;

TEST_SUITE("sim.scene_pictures") {
  TEST_CASE("every instruction set and number of threads draws the same") {
    for (const Scene scene : {Scene::rain, Scene::fire})
      for (const int bits : {8, 10}) {
        CAPTURE(static_cast<int>(scene));
        CAPTURE(bits);
        UniverseSettings universe = scene_universe(scene);
        if (bits == 10) universe.look.barrel = 0.4f;
        const ScenePicture expected =
            draw_scene_at(*make_cpu_engine(universe, {Isa::baseline, 1}), 70, bits);
        for (const Isa isa : available_isas())
          for (const int threads : {1, 2, 5}) {
            CAPTURE(isa_name(isa));
            CAPTURE(threads);
            const auto engine = make_cpu_engine(universe, {isa, threads});
            draw_scene_at(*engine, 3, bits);  // what was drawn before has no part in it
            CHECK((draw_scene_at(*engine, 70, bits) == expected));
          }
      }
  }

  TEST_CASE("a film goes on from any frame, by its checkpoint") {
    for (const Scene scene : {Scene::rain, Scene::fire}) {
      const UniverseSettings universe = scene_universe(scene, 160, 96);
      const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
      std::vector<std::vector<std::uint8_t>> saved;
      std::vector<ScenePicture> pictures;
      for (int frame = 1; frame <= 12; ++frame) {
        Checkpoint checkpoint;
        engine->save(checkpoint);
        saved.push_back(serialize_checkpoint(checkpoint));
        engine->step();
        pictures.push_back(draw_scene(*engine));
      }
      CHECK((pictures[0] != pictures[11]));
      for (const std::size_t from : {11u, 0u, 5u}) {
        const auto other = make_cpu_engine(universe, {Isa::automatic, 2});
        other->restore(parse_checkpoint(saved[from].data(), saved[from].size()));
        CHECK(other->frame() == from);
        for (std::size_t frame = from; frame < 12; ++frame) {
          other->step();
          CHECK((draw_scene(*other) == pictures[frame]));
        }
      }
    }
  }

  TEST_CASE("a frame that nobody looks at changes nothing") {
    const UniverseSettings universe = scene_universe(Scene::fire, 160, 96);
    const auto engine = make_cpu_engine(universe), passing = make_cpu_engine(universe);
    std::vector<std::uint8_t> luma(160 * 96);
    for (int frame = 0; frame < 5; ++frame) {
      engine->step();
      draw_scene(*engine);
      passing->step();
      passing->pass(luma_target(luma.data(), 160));
    }
    CHECK((draw_scene(*engine) == draw_scene(*passing)));
    // A gray picture is the coloured one's luma.
    passing->draw(luma_target(luma.data(), 160));
    CHECK((luma == draw_scene(*engine).luma));
  }

  TEST_CASE("seeds differ, and a scene has no state but its frame") {
    for (const Scene scene : {Scene::rain, Scene::fire}) {
      UniverseSettings universe = scene_universe(scene, 160, 96);
      const ScenePicture picture = draw_scene_at(*make_cpu_engine(universe), 9);
      universe.seed = 12;
      const auto engine = make_cpu_engine(universe);
      CHECK((draw_scene_at(*engine, 9) != picture));
      State state;
      engine->read_state(state);
      CHECK(state.frame == 9);
      CHECK(state.x.empty());
      CHECK(engine->draws_colour());
      CHECK(engine->describe().memory_bytes > 160 * 96 * 6);
    }
  }

  TEST_CASE("what cannot be drawn is refused") {
    const UniverseSettings universe = scene_universe(Scene::rain, 160, 96);
    const auto engine = make_cpu_engine(universe);
    std::vector<std::uint8_t> luma(160 * 96);
    CHECK_THROWS_AS(engine->draw(luma_target(luma.data(), 100)), std::invalid_argument);
    CHECK_THROWS_AS(engine->pass(luma_target(luma.data(), 100)), std::invalid_argument);
    Checkpoint checkpoint;
    engine->save(checkpoint);
    checkpoint.universe.seed = 12;
    CHECK_THROWS_AS(engine->restore(checkpoint), std::invalid_argument);
    CHECK_THROWS_AS(make_cpu_engine(universe, {Isa::automatic, -1}), std::invalid_argument);
  }
}
