// SPDX-License-Identifier: GPL-2.0-or-later
// How species move, on a GPU made of the host and beside the CPU's engine.
#include <doctest/doctest.h>

#include <vector>

#include "beside_cpu.h"

using namespace lifereel;

namespace {

UniverseSettings gray(UniverseSettings universe) {
  universe.look = {};
  return universe;
}

using Motions = std::vector<std::vector<SpeciesMotion>>;

/// Of every second picture of so many, with as many in flight as the engine has.
Motions motions_of(Engine& engine, int frames) {
  const UniverseSettings& universe = engine.settings();
  const bool colour = engine.draws_colour();
  Motions motions(static_cast<std::size_t>(frames));
  std::vector<Planes> planes;
  planes.reserve(motions.size());
  int begun = 0, finished = 0;
  for (int frame = 0; frame < frames; ++frame) {
    engine.step();
    planes.emplace_back(universe);
    PictureTarget target = planes.back().target(
        {colour ? ColourMatrix::bt709 : ColourMatrix::none, ColourRange::limited, 8}, colour);
    auto& motion = motions[static_cast<std::size_t>(frame)];
    if (frame % 2 == 0) {
      motion.resize(static_cast<std::size_t>(universe.species));
      target.motion = motion.data();
    }
    engine.begin_draw(target);
    if (++begun - finished == engine.draws_in_flight()) engine.finish_draw(), ++finished;
  }
  while (finished < begun) engine.finish_draw(), ++finished;
  return motions;
}

}  // namespace

TEST_SUITE("cuda.motion_on_host") {
  TEST_CASE("it comes with the pictures that want it, as the CPU measures it") {
    const FreshGpu fresh;
    for (const int species : {1, 5, 32})
      for (const int threads : {0, 64, 512})
        for (const bool colour : {false, true}) {
          CAPTURE(species);
          CAPTURE(threads);
          UniverseSettings universe = lit_universe(96, 64, 700, species);
          if (!colour) universe = gray(universe);
          CudaEngineSettings cuda;
          cuda.threads_per_block = threads;
          host_gpu::gpu().random.seed(static_cast<unsigned>(species + threads));
          const auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
          const auto engine = make_cuda_engine(universe, cuda);
          const Motions want = motions_of(*cpu, 24), got = motions_of(*engine, 24);
          CHECK(got == want);
          CHECK(want.front().front().speed > 0);
          CHECK(want[1].empty());
        }
  }
}
