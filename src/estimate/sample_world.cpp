// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/estimate/sample_world.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lifereel {

UniverseSettings sample_world(const UniverseSettings& universe, double pixels) {
  const LookSettings& look = universe.look;
  if (universe.scene != Scene::particle_life || look.glyphs || look.has_tube()) return universe;
  // Worlds have room for at least three reaches of the forces.
  const double least_side = std::ceil(3.0 * static_cast<double>(universe.rmax) / 16) * 16;
  const double shorter = std::min(universe.width, universe.height);
  const double scale = std::max(std::sqrt(pixels / pixels_of(universe)), least_side / shorter);
  if (scale > 0.8) return universe;
  UniverseSettings world = universe;
  const auto scaled = [&](int side) {
    return static_cast<int>(std::max(least_side, std::round(side * scale / 16) * 16));
  };
  world.width = scaled(universe.width);
  world.height = scaled(universe.height);
  world.particles = std::max(1, static_cast<int>(std::lround(universe.particles * pixels_of(world) /
                                                             pixels_of(universe))));
  // Of fewer particles the seed would make another one.
  if (world.matrix.empty()) world.matrix = make_initial_state(universe).matrix;
  world.matrix_family = MatrixFamily::random;
  try {
    validate(world);
  } catch (const std::invalid_argument&) {
    return universe;
  }
  return world;
}

}  // namespace lifereel
