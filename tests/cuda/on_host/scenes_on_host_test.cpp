// SPDX-License-Identifier: GPL-2.0-or-later
// Rain and fire on a GPU made of the host: every plane as the CPU draws it.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "beside_cpu.h"
#include "cuda/cuda_engine.h"
#include "fresh_gpu.h"
#include "sim/checkpoint.h"
#include "sim/engine.h"
#include "tests/sim/scenes/scene_universe.h"

using namespace lifereel;
using host_gpu::gpu;

namespace {

constexpr Scene scenes[] = {Scene::rain, Scene::fire};

UniverseSettings in_cells(Scene scene, const std::string& set, int cell, int width, int height) {
  UniverseSettings universe = scene_universe(scene, width, height);
  universe.look.bloom_radius = 3;
  universe.look.glyph_set = set;
  universe.look.glyph_cell = cell;
  return universe;
}

/// Narrower than a block of threads is long, and something beside the cells on every side.
UniverseSettings small_scene(Scene scene) { return in_cells(scene, "ascii", 16, 90, 150); }

/// Steps, and draws the next frame but one with both; both must be the same.
void check_next(Engine& cpu, Engine& engine, int number, const ColourDescription& colour) {
  CAPTURE(number);
  Planes want(cpu.settings()), got(cpu.settings());
  cpu.step(), engine.step();
  cpu.draw(want.target(colour));
  engine.draw(got.target(colour));
  CHECK(got.bytes == want.bytes);
}

}  // namespace

TEST_SUITE("cuda.scenes_on_host") {
  TEST_CASE("every set in every size of cells") {
    const FreshGpu fresh;
    for (const Scene scene : scenes)
      for (const std::string& set : glyph_set_names())
        for (const int cell : glyph_cells) {
          CAPTURE(set);
          CAPTURE(cell);
          compare(in_cells(scene, set, cell, 7 * cell + 10, 5 * cell + 14), cell < 32 ? 8 : 3);
        }
  }

  TEST_CASE("every stage on and off, and at its limits") {
    const FreshGpu fresh;
    for (const Scene scene : scenes) {
      const auto with = [scene](auto change) {
        UniverseSettings universe = small_scene(scene);
        change(universe.look);
        compare(universe, 7);
      };
      with([](LookSettings& look) { look.tone = ToneCurve::log; });
      with([](LookSettings& look) { look.bloom = 0; });
      with([](LookSettings& look) { look.bloom = 4, look.bloom_radius = 1; });
      with([](LookSettings& look) { look.bloom = 4, look.bloom_radius = 8; });
      with([](LookSettings& look) { look.vignette = 0; });
      with([](LookSettings& look) { look.vignette = 1, look.grain = 16; });
      with([](LookSettings& look) { look.dither = false, look.background = 0x806040; });
      with([](LookSettings& look) { look.exposure = 5, look.white = 0.01f; });
      with([](LookSettings& look) { look.exposure = -8; });
      with([](LookSettings& look) { look.palette = "viridis"; });
      with([](LookSettings& look) { look.glyph_edges = 0.7f; });
      with([](LookSettings& look) { look.glyph_edges = 1, look.glyph_set = "-/|\\"; });
      with([](LookSettings& look) { look.glyph_floor = 0; });
      with([](LookSettings& look) { look.glyph_floor = 1; });
      with([](LookSettings& look) { look.glyph_set = "ox"; });
      with([](LookSettings& look) { look.barrel = 0.5f; });
      with([](LookSettings& look) { look.barrel = 1, look.bloom = 0; });
      with([](LookSettings& look) { look.barrel = 0.3f, look.bloom_radius = 8, look.grain = 4; });
    }
  }

  TEST_CASE("on a tube, and in the looks of their names") {
    const FreshGpu fresh;
    for (const Scene scene : scenes) {
      UniverseSettings universe = in_cells(scene, "ascii", 16, 66, 482);
      universe.look.scanlines = 0.6f;
      compare(universe, 3);
      universe.look.mask = 0.3f;
      universe.look.barrel = 0.35f;
      compare(universe, 3, {}, 1, ColourMatrix::smpte170m);
      universe = scene_universe(scene, 720, 480);
      compare(universe, 2);
    }
  }

  TEST_CASE("one cell, one row or column of them, whole blocks and odd ones") {
    const FreshGpu fresh;
    for (const Scene scene : scenes)
      for (const auto& [width, height] : std::vector<std::pair<int, int>>{
               {32, 32}, {34, 50}, {130, 34}, {34, 322}, {256, 256}, {258, 70}})
        compare(in_cells(scene, "ascii", 16, width, height), 4);
  }

  TEST_CASE("one spark, and so many that most of them share a cell") {
    const FreshGpu fresh;
    for (const int sparks : {1, 127, 128, most_sparks}) {
      UniverseSettings universe = in_cells(Scene::fire, "braille", 24, 100, 110);
      universe.particles = sparks;
      for (const unsigned scramble : {1u, 2u}) compare(universe, 6, {}, scramble);
    }
    UniverseSettings rain = small_scene(Scene::rain);
    rain.particles = 100'000'000;  // no array is made of these
    compare(rain, 2);
  }

  TEST_CASE("with every block shape, and at the same time") {
    const FreshGpu fresh;
    for (const Scene scene : scenes) {
      for (const int threads : {64, 128, 256, 512})
        compare(small_scene(scene), 7, {-1, 8, threads, 2}, static_cast<unsigned>(threads));
      host_gpu::concurrent_blocks() = 3;
      compare(small_scene(scene), 4);
      host_gpu::concurrent_blocks() = 1;
    }
  }

  TEST_CASE("pictures need no other before them: any frame, any matrix, passed frames or none") {
    const FreshGpu fresh;
    for (const Scene scene : scenes) {
      const UniverseSettings universe = small_scene(scene);
      const auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
      const auto engine = make_cuda_engine(universe);
      int number = 0;
      Checkpoint checkpoint;
      cpu->save(checkpoint);
      for (const std::uint64_t frame :
           {std::uint64_t{500}, std::uint64_t{3}, std::uint64_t{1} << 40, std::uint64_t{0}}) {
        CAPTURE(frame);
        checkpoint.state.frame = frame;
        cpu->restore(checkpoint), engine->restore(checkpoint);
        CHECK(engine->frame() == frame);
        for (const ColourMatrix matrix :
             {ColourMatrix::bt709, ColourMatrix::smpte170m, ColourMatrix::bt709}) {
          check_next(*cpu, *engine, number, colour_of(number, matrix));
          ++number;
        }
        Planes unseen(universe);
        const std::vector<std::uint8_t> untouched = unseen.bytes;
        engine->step(), cpu->step();
        engine->pass(unseen.target(colour_of(0)));
        engine->step(), cpu->step();
        check_next(*cpu, *engine, number, colour_of(number));
        CHECK(unseen.bytes == untouched);
      }
    }
  }

  TEST_CASE("either engine goes on from the other's checkpoint, to the bit") {
    const FreshGpu fresh;
    for (const Scene scene : scenes) {
      const UniverseSettings universe = small_scene(scene);
      auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
      auto engine = make_cuda_engine(universe);
      for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i) check_next(*cpu, *engine, i, colour_of(i));
        Checkpoint of_cpu, of_gpu;
        cpu->save(of_cpu), engine->save(of_gpu);
        CHECK(equal_bits(of_cpu, of_gpu));
        CHECK(of_gpu.state.frame == static_cast<std::uint64_t>(4 * (round + 1)));
        CHECK(engine->hash_state() == cpu->hash_state());
        cpu = make_cpu_engine(universe, {Isa::automatic, 1});
        engine = make_cuda_engine(universe);
        cpu->restore(of_gpu), engine->restore(of_cpu);
      }
      Checkpoint of_another;
      make_cpu_engine(small_scene(scene == Scene::rain ? Scene::fire : Scene::rain))
          ->save(of_another);
      CHECK_THROWS_AS(engine->restore(of_another), std::invalid_argument);
      Planes planes(universe);
      engine->begin_draw(planes.target(colour_of(0)));
      Checkpoint checkpoint;
      engine->save(checkpoint);
      CHECK_THROWS_AS(engine->restore(checkpoint), std::logic_error);
      engine->finish_draw();
    }
  }

  TEST_CASE("a frame is its number and one graph, and one that is passed is nothing") {
    const FreshGpu fresh;
    for (const Scene scene : scenes) {
      const UniverseSettings universe = small_scene(scene);
      const auto engine = make_cuda_engine(universe);
      Planes planes(universe);
      engine->step();
      engine->draw(planes.target(colour_of(0)));
      const int before = gpu().allocated_in_all;
      gpu().launches = gpu().kernels = 0;
      for (int i = 0; i < 10; ++i) {
        engine->step();
        engine->draw(planes.target(colour_of(0)));
      }
      CHECK(gpu().launches == 10);
      // Number, sparks, cells, canvas, tone; all levels of bloom, which are small.
      CHECK(gpu().kernels == 10 * ((scene == Scene::fire ? 5 : 4) + 1));
      gpu().launches = gpu().kernels = 0;
      for (int i = 0; i < 10; ++i) {
        engine->step();
        engine->pass(planes.target(colour_of(0)));
      }
      engine->hash_state();
      CHECK(gpu().launches == 0);
      CHECK(gpu().kernels == 0);
      CHECK(gpu().allocated_in_all == before);
    }
  }

  TEST_CASE("memory is counted, and none is taken for particles") {
    const FreshGpu fresh;
    UniverseSettings universe = small_scene(Scene::rain);
    const std::size_t bytes = cuda_engine_memory_bytes(universe);
    CHECK(make_cuda_engine(universe)->describe().memory_bytes == bytes);
    universe.particles = 1'000'000;
    CHECK(cuda_engine_memory_bytes(universe) == bytes);
    gpu().free_bytes = bytes - 1;
    CHECK_THROWS_WITH_AS(make_cuda_engine(universe), doctest::Contains("pictures of 90x150 need"),
                         NoUsableGpu);
  }

  TEST_CASE("whichever call fails, the error names it and nothing is left") {
    const FreshGpu fresh;
    const UniverseSettings universe = in_cells(Scene::fire, "ascii", 16, 34, 50);
    Planes planes(universe);
    const auto show = [&] {
      const auto engine = make_cuda_engine(universe, {-1, 0, 0, 2});
      engine->step();
      engine->draw(planes.target(colour_of(0)));
    };
    gpu().calls = 0;
    show();
    const long all = gpu().calls;
    CHECK(all > 50);
    for (long call = 0; call < all; ++call) {
      CAPTURE(call);
      gpu().calls = 0;
      gpu().fail_call = call;
      try {
        show();
      } catch (const std::runtime_error& error) {
        CHECK(std::string(error.what()).find("cuda") != std::string::npos);
      }
      gpu().fail_call = -1;
      CHECK(gpu().allocations == 0);
    }
  }
}
