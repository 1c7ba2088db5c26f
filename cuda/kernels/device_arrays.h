// SPDX-License-Identifier: GPL-2.0-or-later
// What a universe takes on a device. Internal to cuda/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda/kernels/frame_kernels.h"
#include "cuda/kernels/light_arrays.h"
#include "cuda/kernels/motion_kernels.h"
#include "cuda/kernels/strip_grid.h"
#include "sim/universe.h"

namespace lifereel {

// Everything on the device.
struct DeviceArrays {
  DeviceArrays(Arena arena, const UniverseSettings& universe, int pictures)
      : pitch(rounded_up(universe.width, 64)), pixels(pitch * universe.height) {
    clock = arena.take<FrameClock>(1);
    if (universe.scene == Scene::particle_life) take_particles(arena, universe, pictures);
    if (universe.look.draws_colour())
      light = LightArrays(arena, universe, pitch, pictures);
    else
      gray = GrayArrays(arena, pixels, pictures);
    if (universe.scene != Scene::particle_life) scene = SceneArrays(arena, light.glyphs.grid);
    bytes = arena.used();
  }

  std::int64_t pitch, pixels;  // from row to row, and of all rows
  FrameClock* clock;
  // Of a universe of particles.
  StripGrid grid{};
  Particles moving{}, sorted{};
  Buckets cells{};
  float* matrix = nullptr;
  DeviceMotionSums* motion_sums = nullptr;  // of each species
  SpeciesMotion* motion = nullptr;          // likewise, for each picture in flight
  // One of them, the look's.
  GrayArrays gray;
  LightArrays light;
  SceneArrays scene;  // of another scene
  std::size_t bytes;

 private:
  void take_particles(Arena& arena, const UniverseSettings& universe, int pictures) {
    const std::int64_t n = universe.particles;
    grid = make_strip_grid(universe);
    moving = {arena.take<Particle>(n), arena.take<Velocity>(n)};
    sorted = {arena.take<Particle>(n), arena.take<Velocity>(n)};
    const std::int64_t buckets = grid.buckets();
    const std::int32_t replicas = Buckets::replicas_for(grid.strips);
    cells = {grid,
             arena.take<std::int32_t>(buckets),
             arena.take<std::int32_t>(std::int64_t{replicas} * grid.strips),
             replicas,
             arena.take<std::int32_t>(buckets + 1),
             arena.take<Place>(n)};
    matrix = arena.take<float>(std::int64_t{universe.species} * universe.species);
    motion_sums = arena.take<DeviceMotionSums>(universe.species);
    motion = arena.take<SpeciesMotion>(std::int64_t{universe.species} * pictures);
  }
};

}  // namespace lifereel
