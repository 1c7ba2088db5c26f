// SPDX-License-Identifier: GPL-2.0-or-later
// What is seen of a state: whatever the order of its particles, over the edges of the torus too.
#include "src/scout/small_picture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using namespace lifereel;

namespace {

UniverseSettings world() {
  UniverseSettings universe;
  universe.width = 326;  // no multiple of a sample, a cell or a block
  universe.height = 270;
  universe.particles = 400;
  return universe;
}

State state_of(std::vector<std::pair<float, float>> places) {
  State state;
  for (const auto& [y, x] : places) {
    state.y.push_back(y);
    state.x.push_back(x);
  }
  state.vy.assign(places.size(), 0.0f);
  state.vx.assign(places.size(), 0.0f);
  state.species.assign(places.size(), 0);
  return state;
}

SmallPicture drawn(const State& state) {
  SmallPicturePen pen(world());
  SmallPicture picture;
  pen.draw(state, picture);
  return picture;
}

SmallPicture drawn(std::vector<std::pair<float, float>> places) {
  return drawn(state_of(std::move(places)));
}

int light(const SmallPicture& picture) {
  return std::accumulate(picture.samples.begin(), picture.samples.end(), 0);
}

}  // namespace

TEST_SUITE("src.scout") {
  TEST_CASE("a particle's light is all there, wherever it is") {
    for (const float y : {2.0f, 133.7f, 269.99f, 270.0f})
      for (const float x : {2.0f, 3.9f, 0.0f, 325.99f, 326.0f}) {
        CAPTURE(y);
        CAPTURE(x);
        const SmallPicture picture = drawn({{y, x}});
        CHECK(light(picture) >= SmallPicture::particle_light - 3);  // rounded down four times
        CHECK(light(picture) <= SmallPicture::particle_light);
        CHECK(std::accumulate(picture.particles.begin(), picture.particles.end(), 0) == 1);
      }
    const SmallPicture middle = drawn({{6.0f, 10.0f}});
    CHECK(middle.samples[static_cast<std::size_t>(1 * middle.width + 2)] ==
          SmallPicture::particle_light);
  }

  TEST_CASE("particles may come in any order") {
    State state = make_initial_state(world()).state;
    const SmallPicture picture = drawn(state);
    for (auto* axis : {&state.y, &state.x}) std::reverse(axis->begin(), axis->end());
    const SmallPicture reversed = drawn(state);
    CHECK(picture.samples == reversed.samples);
    CHECK(picture.particles == reversed.particles);
    CHECK(structure(picture) == structure(reversed));
  }

  TEST_CASE("the velocity's square is whole") {
    State state = state_of({{10.0f, 10.0f}, {20.0f, 20.0f}});
    state.vy = {3.0f, 0.0f};
    state.vx = {-4.0f, 1000.0f};
    CHECK(drawn(state).motion == (25 + 64 * 64) * (std::int64_t{1} << 20) / 2);
  }

  TEST_CASE("a block changes when what is in it moves") {
    const SmallPicture before = drawn({{40.0f, 40.0f}, {100.0f, 100.0f}});
    const BlockChange still = block_change(before, before);
    CHECK(still.lit == 2);
    CHECK(still.changed == 0);
    // One that moves by a pixel is no change, nor one that leaves its block; eight pixels are.
    CHECK(block_change(before, drawn({{40.0f, 41.0f}, {100.0f, 100.0f}})).changed == 0);
    CHECK(block_change(before, drawn({{40.0f, 42.0f}, {100.0f, 100.0f}})).changed == 0);
    CHECK(block_change(drawn({{38.0f, 34.0f}}), drawn({{38.0f, 42.0f}})).changed == 1);
    CHECK(
        block_change(drawn({{38.0f, 34.0f}, {38.0f, 34.0f}}), drawn({{200.0f, 200.0f}})).changed ==
        1);
    const BlockChange gone = block_change(before, drawn({{40.0f, 40.0f}, {200.0f, 200.0f}}));
    CHECK(gone.lit == 3);
    CHECK(gone.changed == 0);
    CHECK(gone.blocks == 21 * 17);
  }

  TEST_CASE("cells that are occupied in both are no change") {
    const SmallPicture before = drawn({{4.0f, 4.0f}, {100.0f, 100.0f}});
    const CellChange change = cell_change(before, drawn({{5.0f, 5.0f}, {100.0f, 150.0f}}));
    CHECK(change.occupied == 3);
    CHECK(change.changed == 2);
  }

  TEST_CASE("clumps have structure, and noise and a grid have little") {
    std::vector<std::pair<float, float>> grid, clumps;
    for (int i = 0; i < 400; ++i) {
      grid.emplace_back(13.0f * static_cast<float>(i / 20) + 3.0f,
                        16.0f * static_cast<float>(i % 20) + 3.0f);
      clumps.emplace_back(
          60.0f * static_cast<float>(i % 4) + static_cast<float>(i / 40) + 20.0f,
          70.0f * static_cast<float>(i / 4 % 4) + static_cast<float>(i % 7) + 30.0f);
    }
    const std::int64_t noise = structure(drawn(make_initial_state(world()).state));
    CHECK(structure(drawn(clumps)) > 2 * noise);
    CHECK(structure(drawn(grid)) < noise);
    CHECK(structure(drawn(State())) == 0);
  }
}
