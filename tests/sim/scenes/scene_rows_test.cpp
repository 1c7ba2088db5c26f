// SPDX-License-Identifier: GPL-2.0-or-later
// Rows of cells are those that a scene's function gives cell by cell, as GPUs ask for them.
#include "sim/scenes/scene_rows.h"

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "sim/scenes/scene_choice.h"
#include "tests/sim/scenes/scene_universe.h"

using namespace lifereel;

TEST_SUITE("sim.scene_rows") {
  TEST_CASE("lifereel's own scenes, at sizes and times of every kind") {
    struct Size {
      int columns, rows;
    };
    for (const Scene scene : {Scene::rain, Scene::fire}) {
      UniverseSettings universe = bare_scene_universe(scene);
      for (const std::uint64_t seed : {std::uint64_t{5}, ~std::uint64_t{}}) {
        universe.seed = seed;
        for (const Size size : {Size{90, 30}, {240, 67}, {3, 135}, {37, 4}, {1, 1}}) {
          const auto rows = make_scene_rows(universe, size.columns, size.rows);
          std::vector<SceneCell> cells(static_cast<std::size_t>(size.columns));
          int lit = 0;
          for (const std::uint64_t frame : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1999},
                                            std::uint64_t{1} << 40, ~std::uint64_t{}}) {
            rows->begin(frame);
            with_scene(universe, size.columns, size.rows, [&](const auto& function) {
              // From below, for rows come in any order.
              for (int row = size.rows - 1; row >= 0; --row) {
                rows->fill(row, cells.data());
                for (int column = 0; column < size.columns; ++column) {
                  const SceneCell expected = scene_cell(function, column, row, frame);
                  const SceneCell& cell = cells[static_cast<std::size_t>(column)];
                  REQUIRE(std::memcmp(&cell, &expected, sizeof cell) == 0);
                  lit += cell.brightness > 0.0f;
                }
              }
            });
          }
          if (size.columns > 30) CHECK(lit > size.columns * size.rows / 8);
        }
      }
    }
  }

  TEST_CASE("a scene of one's own, and its sparks at the frame that was begun") {
    class Numbered final : public SceneFunction {
     public:
      SceneCell cell(int column, int row, std::uint64_t frame) const override {
        SceneCell cell{};
        cell.glyph = static_cast<int>(frame) * 100 + row * 10 + column;
        return cell;
      }
      int sparks() const noexcept override { return 2; }
      SceneSpark spark(int number, std::uint64_t frame) const override {
        SceneSpark spark{};
        spark.glyph = static_cast<int>(frame) * 10 + number;
        return spark;
      }
    };
    const auto rows = make_scene_rows(std::make_unique<Numbered>(), 3);
    SceneCell cells[3];
    for (const int frame : {7, 3}) {
      rows->begin(static_cast<std::uint64_t>(frame));
      rows->fill(2, cells);
      for (int column = 0; column < 3; ++column)
        CHECK(cells[column].glyph == frame * 100 + 20 + column);
      CHECK(rows->sparks() == 2);
      CHECK(rows->spark(1).glyph == frame * 10 + 1);
    }
    CHECK_FALSE(rows->gives_glyphs());
  }
}
