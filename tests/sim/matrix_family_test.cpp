// SPDX-License-Identifier: GPL-2.0-or-later
// Families of matrices: shapes of what the seed draws, in settings, checkpoints and engines alike.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "sim/checkpoint.h"
#include "sim/engine.h"
#include "sim/universe.h"
#include "tests/messages.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

UniverseSettings world(MatrixFamily family) {
  UniverseSettings universe;
  universe.width = 320;
  universe.height = 270;
  universe.particles = 100;
  universe.species = 4;
  universe.matrix_family = family;
  return universe;
}

}  // namespace

TEST_SUITE("sim.matrix_family") {
  TEST_CASE("every entry is the drawn one, mirrored, negated or quartered") {
    const std::vector<float> drawn = make_initial_state(world(MatrixFamily::random)).matrix;
    const auto at = [](const std::vector<float>& matrix, int i, int j) {
      return matrix[static_cast<std::size_t>(4 * i + j)];
    };
    const auto symmetric = make_initial_state(world(MatrixFamily::symmetric)).matrix;
    const auto chase = make_initial_state(world(MatrixFamily::chase)).matrix;
    const auto chains = make_initial_state(world(MatrixFamily::chains)).matrix;
    const auto snakes = make_initial_state(world(MatrixFamily::snakes)).matrix;
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        const float own = at(drawn, i, j), upper = at(drawn, std::min(i, j), std::max(i, j));
        const float size = std::fabs(own);
        const bool opposite = (i + 2) % 4 == j;
        CHECK(at(symmetric, i, j) == upper);
        CHECK(at(chase, i, j) == (i == j ? size : i < j ? upper : -upper));
        CHECK(at(chains, i, j) == (opposite ? -size : size));
        CHECK(at(snakes, i, j) == (i == j ? size : j == (i + 1) % 4 ? size / 4 : 0.0f));
      }
  }

  TEST_CASE("particles are those of the seed, whatever the family") {
    const State usual = make_initial_state(world(MatrixFamily::random)).state;
    CHECK(make_initial_state(world(MatrixFamily::chains)).state == usual);
    UniverseSettings one = world(MatrixFamily::snakes);
    one.species = 1;
    CHECK(make_initial_state(one).matrix.size() == 1);
  }

  TEST_CASE("a checkpoint holds the family, and engines tell them apart") {
    for (const MatrixFamily family : {MatrixFamily::random, MatrixFamily::snakes}) {
      const std::unique_ptr<Engine> engine = make_cpu_engine(world(family));
      engine->step();
      Checkpoint checkpoint;
      engine->save(checkpoint);
      const std::vector<std::uint8_t> bytes = serialize_checkpoint(checkpoint);
      CHECK(parse_checkpoint(bytes.data(), bytes.size()) == checkpoint);
      const std::unique_ptr<Engine> other = make_cpu_engine(world(MatrixFamily::chase));
      CHECK_THROWS_AS(other->restore(checkpoint), std::invalid_argument);
    }
  }

  TEST_CASE("a family shapes no matrix that is given") {
    UniverseSettings universe = world(MatrixFamily::chains);
    universe.matrix.assign(16, 0.5f);
    CHECK(
        contains(refusal_of([&] { validate(universe); }), "leave one of matrix and matrix-family"));
  }
}
