// SPDX-License-Identifier: GPL-2.0-or-later
// What a universe takes on a device. Internal to cuda/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda/kernels/frame_kernels.h"
#include "cuda/kernels/strip_grid.h"
#include "sim/universe.h"

namespace lifereel {

inline constexpr std::int64_t rounded_up(std::int64_t n, std::int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

// One allocation cut into arrays; without memory it only counts.
class Arena {
 public:
  explicit Arena(void* base = nullptr) : base_(static_cast<unsigned char*>(base)) {}
  template <class T>
  T* take(std::int64_t count) {
    unsigned char* const at = base_ == nullptr ? nullptr : base_ + used_;
    used_ += static_cast<std::size_t>(rounded_up(count * std::int64_t{sizeof(T)}, 256));
    return reinterpret_cast<T*>(at);
  }
  std::size_t used() const { return used_; }

 private:
  unsigned char* base_;
  std::size_t used_ = 0;
};

// Everything on the device.
struct DeviceArrays {
  DeviceArrays(Arena arena, const UniverseSettings& universe, int pictures)
      : grid(make_strip_grid(universe)),
        pitch(rounded_up(universe.width, 64)),
        pixels(pitch * universe.height) {
    const std::int64_t n = universe.particles;
    moving = {arena.take<Particle>(n), arena.take<Velocity>(n)};
    sorted = {arena.take<Particle>(n), arena.take<Velocity>(n)};
    const std::int64_t buckets = grid.buckets();
    cells = {grid, arena.take<std::int32_t>(buckets), arena.take<std::int32_t>(grid.strips),
             arena.take<std::int32_t>(buckets + 1), arena.take<Place>(n)};
    matrix = arena.take<float>(std::int64_t{universe.species} * universe.species);
    brightest = arena.take<std::int32_t>(1);
    trail = arena.take<FourFloats>(pixels / 4);
    splat = arena.take<FourInts>(pixels / 4);
    for (int i = 0; i < pictures; ++i) luma.push_back(arena.take<FourBytes>(pixels / 4));
    bytes = arena.used();
  }

  StripGrid grid;
  std::int64_t pitch, pixels;  // from row to row, and of all rows
  Particles moving, sorted;
  Buckets cells;
  float* matrix;
  std::int32_t* brightest;
  FourFloats* trail;
  FourInts* splat;
  std::vector<FourBytes*> luma;
  std::size_t bytes;
};

}  // namespace lifereel
