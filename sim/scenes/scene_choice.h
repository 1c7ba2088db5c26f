// SPDX-License-Identifier: GPL-2.0-or-later
// Which scene a universe is.
#pragma once

#include "sim/scene.h"
#include "sim/scenes/fire.h"
#include "sim/scenes/rain.h"

namespace lifereel {

/// Calls show() with the universe's scene in so many cells: a plain struct that scene_cell(),
/// scene_sparks() and scene_spark() take. Settings must be valid, and of another scene than
/// particle_life.
template <class Show>
auto with_scene(const UniverseSettings& universe, int columns, int rows, Show&& show) {
  if (universe.scene == Scene::rain) return show(Rain{universe.seed, columns, rows});
  return show(Fire{universe.seed, columns, rows, universe.particles});
}

}  // namespace lifereel
