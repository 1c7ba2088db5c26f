// SPDX-License-Identifier: GPL-2.0-or-later
// The universes that gpu_check looks at; small where it runs dry.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include "src/settings.h"

namespace lifereel {

using Clock = std::chrono::steady_clock;

/// For a GPU made of the host.
inline bool dry = false;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

inline UniverseSettings sized(UniverseSettings settings) {
  if (dry) {
    settings.width = std::min(settings.width, 272);
    settings.height = std::min(settings.height, 264);
    settings.particles = std::min(settings.particles, 40);
  }
  return settings;
}

inline int frames_of(int frames) { return dry ? std::min(frames, 2) : frames; }

inline UniverseSettings universe_of(int width, int height, int particles, int species = 5) {
  UniverseSettings settings;
  settings.width = width;
  settings.height = height;
  settings.particles = particles;
  settings.species = species;
  return sized(settings);
}

inline UniverseSettings preset_universe(const std::string& name) {
  RenderSettings settings;
  apply_preset(settings, name);
  return sized(settings.universe);
}

inline UniverseSettings in_look(const UniverseSettings& universe, const std::string& look) {
  RenderSettings settings;
  settings.universe = universe;
  apply_look(settings, look);
  LookSettings& looked_at = settings.universe.look;
  if (dry) looked_at.scanlines = looked_at.mask = 0;  // too few rows for a tube's lines
  return settings.universe;
}

/// In the look of its name.
inline UniverseSettings in_scene(UniverseSettings universe, Scene scene) {
  universe = in_look(universe, scene == Scene::rain ? "rain" : "fire");
  universe.scene = scene;
  universe.particles = std::min(universe.particles, most_sparks);
  return universe;
}

inline UniverseSettings of_steps(UniverseSettings universe, int steps_per_frame) {
  universe.steps_per_frame = steps_per_frame;
  return universe;
}

// Every stage that no built-in look has at once.
inline UniverseSettings in_every_stage(const UniverseSettings& universe) {
  UniverseSettings all = in_look(universe, "neon");
  all.look.colour_by = ColourBy::density;
  all.look.palette = "viridis";
  all.look.point_size = 7;
  all.look.bloom_radius = 8;
  all.look.grain = 4;
  all.look.barrel = 0.5f;
  return all;
}

// A million particles at the density of the panorama.
inline UniverseSettings million() { return universe_of(17152, 8448, 1'000'000); }

}  // namespace lifereel
