// SPDX-License-Identifier: GPL-2.0-or-later
// Fire burns at the bottom, steadily; sparks rise and go out.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/scenes/fire.h"
#include "sim/scenes/scene_rows.h"
#include "sim/scenes/spark_grid.h"
#include "tests/sim/scenes/scene_universe.h"

using namespace lifereel;

namespace {

constexpr Fire burning{5, 90, 30, 200};

struct Flames {
  double height;      ///< mean, as a part of the picture's
  double brightness;  ///< mean of all cells
};

Flames flames_at(std::uint64_t frame) {
  Flames flames{0, 0};
  for (int column = 0; column < burning.columns; ++column) {
    int top = burning.rows;
    for (int row = burning.rows - 1; row >= 0; --row) {
      const float brightness = scene_cell(burning, column, row, frame).brightness;
      if (brightness > 0.05f) top = row;
      flames.brightness += double{brightness} / (burning.columns * burning.rows);
    }
    flames.height += double(burning.rows - top) / (burning.columns * burning.rows);
  }
  return flames;
}

}  // namespace

TEST_SUITE("sim.fire") {
  TEST_CASE("flames are about as high throughout, and move") {
    double lowest = 1, highest = 0;
    for (std::uint64_t frame = 0; frame < 1000; frame += 10) {
      const double height = flames_at(frame).height;
      lowest = std::min(lowest, height);
      highest = std::max(highest, height);
    }
    CHECK(lowest > 0.25);
    CHECK(highest < 0.75);
    CHECK(highest - lowest > 0.05);
  }

  TEST_CASE("the whole picture does not flicker") {
    for (std::uint64_t frame = 500; frame < 560; ++frame) {
      const double before = flames_at(frame).brightness, after = flames_at(frame + 1).brightness;
      CHECK(std::fabs(after - before) < 0.04 * before);
    }
  }

  TEST_CASE("it is hottest at the bottom") {
    double rows[30] = {};
    for (std::uint64_t frame = 0; frame < 300; frame += 30)
      for (int column = 0; column < burning.columns; ++column)
        for (int row = 0; row < burning.rows; ++row)
          rows[row] += double{scene_cell(burning, column, row, frame).colour};
    CHECK(rows[29] > 1.5 * rows[18]);
    CHECK(rows[18] > 1.5 * rows[10]);
    CHECK(rows[0] < 0.05 * rows[29]);
  }

  TEST_CASE("noise of a cell's regions is that of each alone") {
    // Regions' steps as they are at most, and smaller ones.
    for (const std::int64_t step_x : {500, 37546})
      for (const std::int64_t step_up : {700, 17065})
        for (std::int64_t place = -300000; place < 300000; place += 1321) {
          fire::Noise<fire::Corners> noise{{77, 0, 0}, fire::heights_of(place * 3, step_up)};
          fire::Regions sums{};
          fire::add_noise(sums, noise, place, step_x, 1.0f);
          for (int j = 0; j < 2; ++j)
            for (int i = 0; i < 4; ++i)
              REQUIRE(sums.at[j][i] ==
                      value_noise(77, place + j * step_x, place * 3 - i * step_up) - 0.5f);
        }
  }

  TEST_CASE("sparks rise, cool and go out") {
    for (int number = 0; number < burning.sparks; ++number) {
      int born = 0;
      SceneSpark before = scene_spark(burning, number, 0);
      for (std::uint64_t frame = 1; frame < 500; ++frame) {
        const SceneSpark spark = scene_spark(burning, number, frame);
        if (spark.colour > before.colour) {
          ++born;
          REQUIRE(before.brightness < 0.02f);
          REQUIRE(spark.brightness < 0.02f);
        } else {
          REQUIRE(spark.row <= before.row);
          REQUIRE(std::fabs(spark.column - before.column) < 1.0f);
        }
        before = spark;
      }
      REQUIRE(born >= 2);
      REQUIRE(born <= 10);
    }
  }

  TEST_CASE("there are no more sparks than particles") {
    UniverseSettings universe = bare_scene_universe(Scene::fire);
    for (const int particles : {1, 40}) {
      universe.particles = particles;
      const auto scene = make_scene_rows(universe, 90, 30);
      CHECK(scene->sparks() == particles);
      CHECK_FALSE(scene->gives_glyphs());
    }
  }
}
