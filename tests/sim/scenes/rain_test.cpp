// SPDX-License-Identifier: GPL-2.0-or-later
// Rain falls, evenly and for ever.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "sim/scenes/rain.h"

using namespace lifereel;

namespace {

constexpr int columns = 90, rows = 30;

std::vector<SceneCell> cells_at(std::uint64_t frame, std::uint64_t seed = 5) {
  const Rain rain{seed, columns, rows};
  std::vector<SceneCell> cells;
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column)
      cells.push_back(scene_cell(rain, column, row, frame));
  return cells;
}

const SceneCell& at(const std::vector<SceneCell>& cells, int column, int row) {
  return cells[static_cast<std::size_t>(row * columns + column)];
}

/// How alike two frames are when the second is moved up by so many cells.
double likeness(const std::vector<SceneCell>& before, const std::vector<SceneCell>& after,
                int down) {
  double sum = 0;
  for (int row = 2; row < rows - 2; ++row)
    for (int column = 0; column < columns; ++column)
      sum += double{at(before, column, row).brightness} * at(after, column, row + down).brightness;
  return sum;
}

}  // namespace

TEST_SUITE("sim.rain") {
  TEST_CASE("streams fall, in the beginning and after years") {
    for (const std::uint64_t frame : {std::uint64_t{100}, std::uint64_t{1} << 40}) {
      const std::vector<SceneCell> before = cells_at(frame), after = cells_at(frame + 5);
      const double fallen = likeness(before, after, 1);
      CHECK(fallen > 1.1 * likeness(before, after, 0));
      CHECK(fallen > 1.5 * likeness(before, after, -1));
    }
  }

  TEST_CASE("heads are nearly white and brighter than their tails") {
    int heads = 0, brighter = 0;
    for (std::uint64_t frame = 50; frame < 400; frame += 50) {
      const std::vector<SceneCell> cells = cells_at(frame);
      for (int row = 5; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
          if (!(at(cells, column, row).colour > 0.95f && at(cells, column, row).brightness > 1.0f))
            continue;
          ++heads;
          if (at(cells, column, row).brightness > 1.5f * at(cells, column, row - 5).brightness)
            ++brighter;
        }
    }
    CHECK(heads > 100);
    CHECK(brighter > heads * 95 / 100);
  }

  TEST_CASE("light comes and goes without jumps") {
    float rise = 0, fall = 0;
    for (std::uint64_t frame = 200; frame < 300; ++frame) {
      const std::vector<SceneCell> before = cells_at(frame), after = cells_at(frame + 1);
      for (std::size_t i = 0; i < before.size(); ++i) {
        rise = std::fmax(rise, after[i].brightness - before[i].brightness);
        fall = std::fmax(fall, before[i].brightness - after[i].brightness);
      }
    }
    CHECK(rise < 1.3f);  // a head, of 1.45, enters in two frames or more
    CHECK(fall < 0.55f);
  }

  TEST_CASE("the text holds still as streams pass") {
    int lit = 0, changed = 0;
    for (std::uint64_t frame = 200; frame < 240; ++frame) {
      const std::vector<SceneCell> before = cells_at(frame), after = cells_at(frame + 1);
      for (std::size_t i = 0; i < before.size(); ++i) {
        if (!(before[i].brightness > 0) || !(after[i].brightness > 0)) continue;
        ++lit;
        changed += before[i].glyph != after[i].glyph ? 1 : 0;
      }
    }
    CHECK(lit > columns * rows * 40 / 3);
    CHECK(changed > 0);
    CHECK(changed < lit * 3 / 100);
  }

  TEST_CASE("part of the picture is dark, and no part always") {
    std::vector<int> lit(columns);
    int dark = 0, all = 0;
    for (std::uint64_t frame = 0; frame < 2000; frame += 40) {
      const std::vector<SceneCell> cells = cells_at(frame);
      for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
          const bool is_lit = at(cells, column, row).brightness > 0.02f;
          lit[static_cast<std::size_t>(column)] += is_lit ? 1 : 0;
          dark += is_lit ? 0 : 1;
          ++all;
        }
    }
    CHECK(dark > all / 5);
    CHECK(dark < all * 4 / 5);
    for (const int cells : lit) CHECK(cells > 50);
  }
}
