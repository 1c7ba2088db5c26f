// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures in characters: the same bits whatever computes them, and what they show.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "sim/engine.h"
#include "sim/glyphs/glyph_tables.h"
#include "tests/sanitizers.h"
#include "tests/sim/colour_picture.h"

using namespace lifereel;

namespace {

UniverseSettings world_in_characters(int width, int height) {
  UniverseSettings universe;
  universe.seed = 21;
  universe.width = width;
  universe.height = height;
  universe.particles = 600;
  universe.rmax = 60;
  universe.look.tone = ToneCurve::log;
  universe.look.glyphs = true;
  return universe;
}

// Every set, every cell, margins on all sides, and each stage after it once.
std::vector<UniverseSettings> pictures_of_every_kind() {
  std::vector<UniverseSettings> all(6, world_in_characters(434, 298));
  all[0].look.glyph_edges = 0.7f;
  all[1].look.glyph_set = "blocks";
  all[1].look.tone = ToneCurve::filmic;
  all[1].look.bloom = 0.5f;
  all[2].look.glyph_set = "braille";
  all[2].look.glyph_cell = 24;
  all[2].look.glyph_floor = 0;
  all[2].look.bloom = 0.3f;
  all[2].look.bloom_radius = 8;
  all[3].look.glyph_set = "katakana";
  all[3].look.glyph_cell = 32;
  all[3].look.vignette = 0.5f;
  all[3].look.grain = 4;
  all[4].look.glyph_set = ".:-=+*#%@";
  all[4].look.glyph_cell = 64;
  all[4].look.colour_by = ColourBy::age;
  all[5].width = 384;  // rows as long as vectors' blocks: nothing may run over into the next
  all[5].height = 240;
  all[5].look.glyph_cell = 24;
  all[5].look.glyph_edges = 1;
  all[5].look.bloom = 0.2f;
  return all;
}

// All particles at rest for ever.
UniverseSettings still_world() {
  UniverseSettings universe = world_in_characters(320, 256);
  universe.force_scale = 0;
  universe.look.bloom = 0.3f;
  universe.look.glyph_edges = 0.5f;
  return universe;
}

std::vector<std::uint16_t> glyphs_of(const Engine& engine) {
  Checkpoint checkpoint;
  engine.save(checkpoint);
  return checkpoint.glyphs;
}

}  // namespace

TEST_SUITE("sim.glyph_pictures") {
  TEST_CASE("every set has the same bits on every instruction set and with any threads") {
    for (const UniverseSettings& universe : pictures_of_every_kind()) {
      CAPTURE(universe.look.glyph_set);
      const auto first = make_cpu_engine(universe, {Isa::baseline, 1});
      std::vector<std::unique_ptr<Engine>> others;
      for (const Isa isa : available_isas())
        for (const int threads : {1, 3})
          others.push_back(make_cpu_engine(universe, {isa, threads}));
      for (int frame = 0; frame < (test::looks_for_races ? 3 : 8); ++frame) {
        first->step();
        const ColourPicture expected = draw(*first);
        const std::vector<std::uint16_t> glyphs = glyphs_of(*first);
        CHECK(*std::max_element(expected.luma.begin(), expected.luma.end()) > 60);
        CHECK(std::count(glyphs.begin(), glyphs.end(), 0) <
              static_cast<std::ptrdiff_t>(glyphs.size()));
        for (const auto& other : others) {
          other->step();
          CHECK(draw(*other) == expected);
          CHECK(glyphs_of(*other) == glyphs);
        }
      }
    }
  }

  TEST_CASE("a film goes on as if it had never stopped, and after frames that nobody looked at") {
    for (const UniverseSettings& universe : pictures_of_every_kind()) {
      const auto whole = make_cpu_engine(universe), passed = make_cpu_engine(universe);
      for (int frame = 0; frame < 5; ++frame) {
        whole->step();
        draw(*whole);
        passed->step();
        pass(*passed);
      }
      Checkpoint at_five;
      whole->save(at_five);
      const auto restored = make_cpu_engine(universe);
      restored->restore(at_five);
      for (int frame = 0; frame < 3; ++frame) {
        for (Engine* engine : {whole.get(), passed.get(), restored.get()}) engine->step();
        const ColourPicture expected = draw(*whole);
        CHECK(draw(*passed) == expected);
        CHECK(draw(*restored) == expected);
      }
    }
  }

  TEST_CASE("no glyph flickers where nothing moves" * doctest::skip(test::looks_for_races)) {
    const UniverseSettings universe = still_world();
    const auto engine = make_cpu_engine(universe);
    std::vector<std::uint16_t> glyphs;
    std::size_t changed = 0, drawn = 0;
    for (int frame = 0; frame < 400; ++frame) {
      engine->step();
      draw(*engine);
      const std::vector<std::uint16_t> now = glyphs_of(*engine);
      if (frame >= 200) {  // trails are complete, white has come to rest
        for (std::size_t cell = 0; cell < now.size(); ++cell) changed += now[cell] != glyphs[cell];
        drawn += now.size() - static_cast<std::size_t>(std::count(now.begin(), now.end(), 0));
      }
      glyphs = now;
    }
    CHECK(changed == 0);
    CHECK(drawn > 200 * 50);
  }

  TEST_CASE("cells have their light where their glyph is lit, and no other") {
    UniverseSettings universe = still_world();
    universe.look.bloom = 0;
    universe.look.dither = false;
    const auto engine = make_cpu_engine(universe);
    engine->step();
    const ColourPicture picture = draw(*engine);
    const std::vector<std::uint16_t> glyphs = glyphs_of(*engine);
    const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
    const GlyphTables tables = make_glyph_tables(universe.look, grid.cell_height);
    std::size_t wrong = 0, lit_pixels = 0;
    for (int y = 0; y < universe.height; ++y)
      for (int x = 0; x < universe.width; ++x) {
        const int row = (y - grid.top) / grid.cell_height;
        const int column = (x - grid.left) / grid.cell_width;
        bool lit = false;
        if (y >= grid.top && x >= grid.left && row < grid.rows && column < grid.columns) {
          const std::size_t glyph = glyphs[static_cast<std::size_t>(row * grid.columns + column)];
          const int line = (y - grid.top) % grid.cell_height;
          lit = tables.rows[glyph * static_cast<std::size_t>(grid.cell_height) +
                            static_cast<std::size_t>(line)] >>
                    ((x - grid.left) % grid.cell_width) &
                1;
        }
        lit_pixels += lit;
        wrong += lit != (picture.luma_at(y, x) > 16);
      }
    CHECK(wrong == 0);
    CHECK(lit_pixels > 1000);
  }

  TEST_CASE("an empty world is dark") {
    UniverseSettings universe = world_in_characters(320, 256);
    universe.particles = 1;
    universe.look.glyph_floor = 1;
    const auto engine = make_cpu_engine(universe);
    engine->step();
    const std::vector<std::uint16_t> glyphs = (draw(*engine), glyphs_of(*engine));
    CHECK(glyphs.size() > 100);
    CHECK(std::count(glyphs.begin(), glyphs.end(), 0) >=
          static_cast<std::ptrdiff_t>(glyphs.size()) - 4);
  }
}
