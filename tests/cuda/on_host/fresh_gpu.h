// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <doctest/doctest.h>

#include "cuda_runtime.h"
#include "host_launch.h"
#include "sim/universe.h"

/// A GPU made of the host as it is at first; afterwards nothing of it may be in use.
struct FreshGpu {
  FreshGpu() {
    REQUIRE(host_gpu::gpu().allocations == 0);
    host_gpu::gpu() = host_gpu::Gpu();
  }
  ~FreshGpu() {
    CHECK(host_gpu::gpu().allocations == 0);
    CHECK(host_gpu::gpu().streams.empty());
    CHECK(host_gpu::caller().pushed.empty());
    host_gpu::gpu() = host_gpu::Gpu();
    host_gpu::concurrent_blocks() = 1;
  }
};

inline lifereel::UniverseSettings universe_of(int width, int height, int particles,
                                              int species = 5) {
  lifereel::UniverseSettings settings;
  settings.width = width;
  settings.height = height;
  settings.particles = particles;
  settings.species = species;
  return settings;
}
