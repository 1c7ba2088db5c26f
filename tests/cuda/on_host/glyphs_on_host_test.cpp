// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures in characters on a GPU made of the host: every plane as the CPU draws it, and every
// glyph that the next picture's goes by.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "beside_cpu.h"
#include "cuda/cuda_engine.h"
#include "fresh_gpu.h"
#include "sim/checkpoint.h"
#include "sim/engine.h"

using namespace lifereel;
using host_gpu::gpu;

namespace {

/// Points large and bright enough to have shapes, under a small bloom.
UniverseSettings in_characters(int width, int height, const std::string& set = "ascii",
                               int cell = 16) {
  UniverseSettings universe = lit_universe(width, height, width * height / 300);
  universe.look.point_size = 7;
  universe.look.exposure = static_cast<float>(cell) / 16;  // what is drawn on a large one is thin
  universe.look.bloom_radius = 3;
  universe.look.glyphs = true;
  universe.look.glyph_set = set;
  universe.look.glyph_cell = cell;
  universe.look.glyph_edges = 0.6f;
  universe.look.glyph_floor = 0.06f;
  return universe;
}

/// How many different glyphs there are after so many frames.
std::size_t glyphs_seen(const UniverseSettings& universe, int frames) {
  const auto engine = make_cuda_engine(universe);
  Planes planes(universe);
  for (int frame = 0; frame < frames; ++frame) {
    engine->step();
    engine->pass(planes.target(colour_of(0)));
  }
  Checkpoint checkpoint;
  engine->save(checkpoint);
  return std::set<std::uint16_t>(checkpoint.glyphs.begin(), checkpoint.glyphs.end()).size();
}

}  // namespace

TEST_SUITE("cuda.glyphs_on_host") {
  TEST_CASE("every set in every size of cells") {
    const FreshGpu fresh;
    for (const std::string& set : glyph_set_names())
      for (const int cell : glyph_cells) {
        CAPTURE(set);
        CAPTURE(cell);
        // More cells than a block takes, and something beside them on every side.
        const int width = 9 * cell + 10, height = 2 * cell + 14;
        const UniverseSettings universe = in_characters(width, height, set, cell);
        compare(universe, cell < 64 ? 10 : 3);
        CHECK(glyphs_seen(universe, 10) >= 5);
      }
  }

  TEST_CASE("every stage on and off, and at its limits") {
    const FreshGpu fresh;
    const auto with = [](auto change, int frames = 12) {
      UniverseSettings universe = in_characters(122, 90);
      change(universe.look);
      compare(universe, frames);
    };
    with([](LookSettings& look) { look.tone = ToneCurve::filmic; }, 30);
    with([](LookSettings& look) { look.glyph_edges = 0; }, 30);
    with([](LookSettings& look) { look.glyph_edges = 1; });
    with([](LookSettings& look) { look.glyph_edges = 1, look.glyph_set = "-/|\\"; });
    with([](LookSettings& look) { look.glyph_floor = 0; });
    with([](LookSettings& look) { look.glyph_floor = 0.5f; }, 30);
    with([](LookSettings& look) { look.glyph_floor = 1; });
    with([](LookSettings& look) { look.bloom = 0; });
    with([](LookSettings& look) { look.bloom = 0, look.tone = ToneCurve::filmic; });
    with([](LookSettings& look) { look.bloom = 4, look.bloom_radius = 8; });
    with([](LookSettings& look) { look.grain = 8, look.vignette = 1; });
    with([](LookSettings& look) { look.background = 0x806040, look.dither = false; });
    with([](LookSettings& look) { look.exposure = 6; });
    with([](LookSettings& look) { look.exposure = -8; });
    with([](LookSettings& look) { look.colour_by = ColourBy::age; });
    with([](LookSettings& look) {
      look.colour_by = ColourBy::density;
      look.palette = "viridis";
    });
  }

  TEST_CASE("one cell, cells of half a block's columns, sizes of films, an empty universe") {
    const FreshGpu fresh;
    for (const auto& [width, height] :
         std::vector<std::pair<int, int>>{{32, 32}, {34, 50}, {136, 34}, {130, 38}})
      for (const int cell : {16, 24, 32}) compare(in_characters(width, height, "ascii", cell), 6);
    compare(in_characters(64, 64, "katakana", 64), 6);
    UniverseSettings film = in_characters(1366, 768, "ascii", 0);
    film.particles = 500;
    compare(film, 2);
    UniverseSettings lonely = in_characters(160, 120, "braille");
    lonely.particles = 1;
    lonely.species = 1;
    compare(lonely, 12);
    UniverseSettings lapse = in_characters(100, 70);
    lapse.steps_per_frame = 3;
    compare(lapse, 8);
  }

  TEST_CASE("with every block shape, and at the same time") {
    const FreshGpu fresh;
    for (const int threads : {64, 256, 512})
      compare(in_characters(150, 66, "blocks"), 6, {-1, 8, threads, 2},
              static_cast<unsigned>(threads));
    host_gpu::concurrent_blocks() = 3;
    compare(in_characters(150, 66, "braille"), 4);
  }

  TEST_CASE("either engine goes on from the other's checkpoint, to the bit") {
    const FreshGpu fresh;
    const UniverseSettings universe = in_characters(122, 90);
    auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
    auto engine = make_cuda_engine(universe);
    Checkpoint of_cpu, of_gpu;
    const auto exchange = [&](bool drawn) {
      cpu->save(of_cpu), engine->save(of_gpu);
      CHECK(equal_bits(of_cpu, of_gpu));
      CHECK(of_gpu.glyphs.empty() != drawn);
      cpu = make_cpu_engine(universe, {Isa::automatic, 1});
      engine = make_cuda_engine(universe);
      cpu->restore(of_gpu), engine->restore(of_cpu);
    };
    const auto advance = [&](int frames) {
      for (int frame = 0; frame < frames; ++frame) {
        Planes want(universe), got(universe);
        cpu->step(), engine->step();
        cpu->draw(want.target(colour_of(frame)));
        engine->draw(got.target(colour_of(frame)));
        CHECK(got.bytes == want.bytes);
      }
    };
    engine->step(), cpu->step();
    exchange(false);
    advance(15);
    cpu->step(), engine->step();  // not yet launched, it belongs to the checkpoint
    exchange(true);
    advance(15);
    const Checkpoint before = of_cpu;
    cpu->restore(before), engine->restore(before);  // what was there since is forgotten
    advance(3);
    // Glyphs are remembered: without them some would be chosen anew.
    Checkpoint forgetful = before;
    forgetful.glyphs.clear();
    const auto next_glyphs = [&](const Checkpoint& from) {
      Planes picture(universe);
      engine->restore(from);
      engine->step();
      engine->draw(picture.target(colour_of(0)));
      engine->save(of_gpu);
      return of_gpu.glyphs;
    };
    CHECK(next_glyphs(before) != next_glyphs(forgetful));
  }

  TEST_CASE("frames that are passed leave what frames that are drawn leave") {
    const FreshGpu fresh;
    UniverseSettings universe = in_characters(122, 90);
    SUBCASE("with bloom") {}
    SUBCASE("without") { universe.look.bloom = 0; }
    const auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
    const auto engine = make_cuda_engine(universe);
    const std::vector<std::uint8_t> untouched = Planes(universe).bytes;
    for (int frame = 0; frame < 30; ++frame) {
      const ColourDescription colour = colour_of(frame);
      Planes want(universe), got(universe);
      if (frame % 7 != 5) cpu->step(), engine->step();
      if (frame % 3 == 1)
        cpu->pass(want.target(colour));
      else
        cpu->draw(want.target(colour));
      if (frame % 4 == 3) {
        engine->draw(got.target(colour));
        if (frame % 3 != 1) CHECK(got.bytes == want.bytes);
      } else {
        engine->pass(got.target(colour));
        CHECK(engine->hash_state() == cpu->hash_state());  // waits
        CHECK(got.bytes == untouched);
      }
    }
    Checkpoint of_cpu, of_gpu;
    cpu->save(of_cpu), engine->save(of_gpu);
    CHECK(equal_bits(of_cpu, of_gpu));
  }

  TEST_CASE("a frame is one graph, and one that is passed chooses and draws nothing") {
    const FreshGpu fresh;
    const UniverseSettings universe = in_characters(66, 42);
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
    // Particles, splats, fading, white, choice, canvas, tone; all levels of bloom, which are small.
    CHECK(gpu().kernels == 10 * (7 + 1));
    gpu().launches = gpu().kernels = 0;
    for (int i = 0; i < 10; ++i) {
      engine->step();
      engine->pass(planes.target(colour_of(0)));
    }
    engine->hash_state();  // waits
    CHECK(gpu().launches == 10);
    CHECK(gpu().kernels == 10 * 5);  // particles, splats, fading, white, choice
    CHECK(gpu().allocated_in_all == before);
    CHECK(engine->describe().memory_bytes == cuda_engine_memory_bytes(universe));
  }
}
