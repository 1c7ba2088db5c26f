// SPDX-License-Identifier: GPL-2.0-or-later
// Looks in colour on a GPU made of the host, picture by picture beside the CPU's.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda/cuda_engine.h"
#include "fresh_gpu.h"
#include "sim/checkpoint.h"
#include "sim/engine.h"

namespace lifereel {

/// As config/looks/aurora.cfg has it.
inline UniverseSettings lit_universe(int width, int height, int particles, int species = 5) {
  UniverseSettings universe = universe_of(width, height, particles, species);
  universe.rmax = 10;
  universe.trail_decay = 0.88f;
  universe.look.tone = ToneCurve::log;
  universe.look.background = 0x04060A;
  universe.look.bloom = 0.3f;
  universe.look.vignette = 0.25f;
  return universe;
}

/// Rows with something between them that stays as it is, and something after the last.
struct Planes {
  std::size_t width, height;
  std::vector<std::uint8_t> bytes;

  explicit Planes(const UniverseSettings& universe)
      : width(static_cast<std::size_t>(universe.width)),
        height(static_cast<std::size_t>(universe.height)),
        bytes(2 * ((width + 9) * height + 2 * (width / 2 + 5) * (height / 2) + 64), 0x5a) {}
  PictureTarget target(ColourDescription colour, bool chroma = true) {
    PictureTarget target;
    target.colour = colour;
    const auto size = static_cast<std::size_t>(sample_bytes(colour.bit_depth));
    const std::size_t stride = (width + 9) * size, chroma_stride = (width / 2 + 5) * size;
    target.planes[0] = {bytes.data(), stride};
    std::uint8_t* const cb = bytes.data() + stride * height;
    if (chroma) {
      target.planes[1] = {cb, chroma_stride};
      target.planes[2] = {cb + chroma_stride * (height / 2), chroma_stride};
    }
    return target;
  }
};

/// Every range and depth in turn.
inline ColourDescription colour_of(int frame, ColourMatrix matrix = ColourMatrix::bt709) {
  return {matrix, frame % 3 == 1 ? ColourRange::full : ColourRange::limited,
          frame % 2 == 1 ? 10 : 8};
}

inline bool equal_bits(const Checkpoint& a, const Checkpoint& b) {
  return serialize_checkpoint(a) == serialize_checkpoint(b);
}

inline void compare(const UniverseSettings& universe, int frames,
                    const CudaEngineSettings& cuda = {}, unsigned scramble = 1,
                    ColourMatrix matrix = ColourMatrix::bt709) {
  CAPTURE(universe.width);
  CAPTURE(universe.height);
  CAPTURE(universe.particles);
  CAPTURE(cuda.threads_per_block);
  host_gpu::gpu().random.seed(scramble);
  std::vector<Planes> want, got;  // outlive the engine, which writes into them
  const auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
  const auto engine = make_cuda_engine(universe, cuda);
  CHECK(engine->draws_colour());
  want.reserve(static_cast<std::size_t>(frames));
  got.reserve(static_cast<std::size_t>(frames));
  int finished = 0;
  const auto finish = [&] {
    engine->finish_draw();
    CAPTURE(finished);
    const auto picture = static_cast<std::size_t>(finished++);
    REQUIRE(got[picture].bytes == want[picture].bytes);
  };
  for (int frame = 0; frame < frames; ++frame) {
    for (int step = 0; step < (frame % 7 == 3 ? 0 : frame % 5 == 4 ? 2 : 1); ++step) {
      cpu->step();
      engine->step();
    }
    const bool chroma = frame % 11 != 6;
    cpu->draw(want.emplace_back(universe).target(colour_of(frame, matrix), chroma));
    engine->begin_draw(got.emplace_back(universe).target(colour_of(frame, matrix), chroma));
    if (frame - finished + 1 == engine->draws_in_flight()) finish();
  }
  while (finished < frames) finish();
  Checkpoint of_cpu, of_gpu;
  cpu->save(of_cpu);
  engine->save(of_gpu);
  CHECK(equal_bits(of_cpu, of_gpu));
}

}  // namespace lifereel
