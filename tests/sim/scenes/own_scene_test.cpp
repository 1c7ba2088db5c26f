// SPDX-License-Identifier: GPL-2.0-or-later
// Scenes of others (sim/scene.h): what their cells and sparks say is what is drawn.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "sim/glyphs/glyph_tables.h"
#include "sim/scene.h"
#include "tests/sim/scenes/scene_universe.h"

using namespace lifereel;

namespace {

/// One cell of glyph `glyph`, and sparks at given places.
class OneCell final : public SceneFunction {
 public:
  OneCell(int column, int row, std::int32_t glyph, std::vector<SceneSpark> sparks = {},
          bool gives_glyphs = true)
      : column_(column),
        row_(row),
        glyph_(glyph),
        sparks_(std::move(sparks)),
        gives_glyphs_(gives_glyphs) {}

  SceneCell cell(int column, int row, std::uint64_t) const override {
    if (column != column_ || row != row_) return {};
    return {{1, 1, 1, 1, 1, 1, 1, 1}, 1.0f, 1.0f, glyph_};
  }
  bool gives_glyphs() const noexcept override { return gives_glyphs_; }
  int sparks() const noexcept override { return static_cast<int>(sparks_.size()); }
  SceneSpark spark(int number, std::uint64_t) const override {
    return sparks_[static_cast<std::size_t>(number)];
  }

 private:
  const int column_, row_;
  const std::int32_t glyph_;
  const std::vector<SceneSpark> sparks_;
  const bool gives_glyphs_;
};

UniverseSettings white_universe() {
  UniverseSettings universe = bare_scene_universe(Scene::rain);
  universe.look.palette = "000000 FFFFFF";
  universe.look.tone = ToneCurve::log;
  universe.look.glyph_set = "ascii";
  return universe;
}

template <class... Arguments>
std::unique_ptr<Engine> engine_of(const UniverseSettings& universe, const Arguments&... arguments) {
  return make_scene_engine(universe,
                           [&](int, int) { return std::make_unique<OneCell>(arguments...); }, {});
}

/// Where in the cell pixels are brighter than black, by rows of it; -1 where others are, too.
int lit_pixels(const UniverseSettings& universe, const ScenePicture& picture, int column, int row) {
  const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
  int within = 0, all = 0;
  for (int y = 0; y < universe.height; ++y)
    for (int x = 0; x < universe.width; ++x) {
      if (picture.luma[static_cast<std::size_t>(y * universe.width + x)] <= 16) continue;
      ++all;
      if ((x - grid.left) / grid.cell_width == column && (y - grid.top) / grid.cell_height == row)
        ++within;
    }
  return all == within ? within : -1;
}

int pixels_of(const UniverseSettings& universe, int glyph) {
  const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
  const GlyphTables tables = make_glyph_tables(universe.look, grid.cell_height);
  int lit = 0;
  for (int row = 0; row < tables.cell_height; ++row)
    lit +=
        __builtin_popcount(tables.rows[static_cast<std::size_t>(glyph * tables.cell_height + row)]);
  return lit;
}

}  // namespace

TEST_SUITE("sim.own_scene") {
  TEST_CASE("a cell has its glyph, which is picked by any number, and the light of white") {
    const UniverseSettings universe = white_universe();
    const GlyphTables tables = make_glyph_tables(universe.look, 16);
    for (const std::int32_t glyph : {0, 7, 7 + 3 * (tables.glyphs - 1), -1}) {
      const auto engine = engine_of(universe, 5, 2, glyph);
      const ScenePicture picture = draw_scene_at(*engine, 1);
      const auto which = static_cast<int>(static_cast<std::uint32_t>(glyph) %
                                          static_cast<std::uint32_t>(tables.glyphs - 1));
      CHECK(lit_pixels(universe, picture, 5, 2) == pixels_of(universe, which + 1));
      CHECK(*std::max_element(picture.luma.begin(), picture.luma.end()) == 235);
      // White stays what it is.
      CHECK((draw_scene_at(*engine, 300) == picture));
    }
  }

  TEST_CASE("a glyph is chosen by shape where none is given") {
    const UniverseSettings universe = white_universe();
    const auto engine = engine_of(universe, 5, 2, 0, std::vector<SceneSpark>(), false);
    const int lit = lit_pixels(universe, draw_scene_at(*engine, 1), 5, 2);
    CHECK(lit > pixels_of(universe, 1));  // '!' is thin
  }

  TEST_CASE("sparks show where they are, in whatever order, and nothing of those outside") {
    const UniverseSettings universe = white_universe();
    const SceneSpark bright{3.2f, 4.1f, 0.9f, 1.0f, 30}, dim{3.8f, 4.9f, 0.2f, 1.0f, 12};
    const SceneSpark outside[] = {{-0.1f, 1, 1, 1, 3},
                                  {1e9f, 1, 1, 1, 3},
                                  {1, -5, 1, 1, 3},
                                  {1, 1e30f, 1, 1, 3},
                                  {__builtin_nanf(""), 1, 1, 1, 3}};
    std::vector<SceneSpark> sparks(std::begin(outside), std::end(outside));
    sparks.push_back(bright);
    sparks.push_back(dim);
    const auto draw = [&](const std::vector<SceneSpark>& all, bool gives) {
      return draw_scene_at(*engine_of(universe, 99, 99, 0, all, gives), 1);
    };
    for (const bool gives : {true, false}) {
      const ScenePicture picture = draw(sparks, gives);
      const int lit = lit_pixels(universe, picture, 3, 4);
      CHECK(lit > 0);
      if (gives) CHECK(lit == pixels_of(universe, 31));
      std::reverse(sparks.begin(), sparks.end());
      CHECK((draw(sparks, gives) == picture));
      CHECK((draw({bright}, gives) == picture));
      CHECK((draw({dim}, gives) != picture));
    }
  }

  TEST_CASE("a spark does not show before what is brighter") {
    const UniverseSettings universe = white_universe();
    const std::vector<SceneSpark> dim = {{5.5f, 2.5f, 0.4f, 1.0f, 12}};
    for (const bool gives : {true, false})
      CHECK((draw_scene_at(*engine_of(universe, 5, 2, 7, dim, gives), 1) ==
             draw_scene_at(*engine_of(universe, 5, 2, 7, std::vector<SceneSpark>(), gives), 1)));
  }

  TEST_CASE("what is no number shows nothing, and no region is brighter than all of it") {
    class Broken final : public SceneFunction {
     public:
      explicit Broken(float dark, float bright) : dark_(dark), bright_(bright) {}
      SceneCell cell(int column, int, std::uint64_t) const override {
        if (column == 3) return {{dark_, bright_, 0, 0, dark_, 0, 0, 0}, 1, dark_, 0};
        if (column == 5) return {{1, 1, 1, 1, 1, 1, 1, 1}, dark_, 1, 0};
        return {};
      }

     private:
      const float dark_, bright_;
    };
    UniverseSettings universe = white_universe();
    universe.look.palette = "FFFFFF FFFFFF";
    const auto draw = [&](float dark, float bright) {
      const SceneMaker make = [=](int, int) { return std::make_unique<Broken>(dark, bright); };
      return draw_scene_at(*make_scene_engine(universe, make), 1);
    };
    const ScenePicture sound = draw(0, 1);
    CHECK(*std::max_element(sound.luma.begin(), sound.luma.end()) == 235);
    CHECK((draw(__builtin_nanf(""), __builtin_inff()) == sound));
    CHECK((draw(-__builtin_inff(), 1e30f) == sound));
    CHECK((draw(-1, 1.5f) == sound));
  }

  TEST_CASE("nothing glows in from beyond an edge") {
    UniverseSettings universe = white_universe();
    universe.look.bloom = 4;
    universe.look.bloom_radius = 3;
    const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
    for (const auto& cell : {std::pair{0, 4}, std::pair{grid.columns - 1, 4}, std::pair{10, 0},
                             std::pair{10, grid.rows - 1}}) {
      const int column = cell.first, row = cell.second;
      CAPTURE(column);
      CAPTURE(row);
      const ScenePicture picture = draw_scene_at(*engine_of(universe, column, row, 7), 1);
      const auto luma_at = [&](int y, int x) {
        return picture.luma[static_cast<std::size_t>(y * universe.width + x)];
      };
      const int x = grid.left + column * grid.cell_width + grid.cell_width / 2;
      const int y = grid.top + row * grid.cell_height + grid.cell_height / 2;
      CHECK(luma_at(y, column == 0 ? x + 8 : x - 8) > 16);
      CHECK((row == 4 ? luma_at(y, universe.width - 1 - x) : luma_at(universe.height - 1 - y, x)) ==
            16);
    }
  }

  TEST_CASE("what is not there cannot be shown") {
    const SceneMaker none = [](int, int) { return std::unique_ptr<SceneFunction>(); };
    CHECK_THROWS_AS(make_scene_engine(white_universe(), none), std::invalid_argument);
    UniverseSettings life = white_universe();
    life.scene = Scene::particle_life;
    life.rmax = 30;
    const SceneMaker one = [](int, int) { return std::make_unique<OneCell>(0, 0, 0); };
    CHECK_THROWS_AS(make_scene_engine(life, one), std::invalid_argument);
  }
}
