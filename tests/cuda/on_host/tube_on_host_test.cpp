// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures on a tube, on a GPU made of the host: every plane as the CPU draws it.
#include <doctest/doctest.h>

#include "beside_cpu.h"
#include "cuda/cuda_engine.h"
#include "fresh_gpu.h"
#include "sim/engine.h"

using namespace lifereel;
using host_gpu::gpu;

namespace {

UniverseSettings on_tube(UniverseSettings universe, float scanlines, float mask, float barrel) {
  universe.look.scanlines = scanlines;
  universe.look.mask = mask;
  universe.look.barrel = barrel;
  return universe;
}

}  // namespace

TEST_SUITE("cuda.tube_on_host") {
  TEST_CASE("alone and with every other stage, in every depth and matrix") {
    const FreshGpu fresh;
    UniverseSettings universe = lit_universe(66, 482, 60);  // odd blocks either way
    for (const ColourMatrix matrix : {ColourMatrix::bt709, ColourMatrix::smpte170m}) {
      for (const bool alone : {true, false}) {
        universe.look.tone = alone ? ToneCurve::log : ToneCurve::filmic;
        universe.look.grain = alone ? 0.0f : 4.0f;
        universe.look.bloom = universe.look.vignette = alone ? 0.0f : 0.5f;
        universe.look.dither = !alone;
        compare(on_tube(universe, 0.6f, 0, 0), 4, {}, 1, matrix);
        compare(on_tube(universe, 0, 0.3f, 0), 4, {}, 2, matrix);
        compare(on_tube(universe, 0, 0, 1), 4, {}, 3, matrix);
        compare(on_tube(universe, 1, 1, 0.35f), 4, {}, 4, matrix);
      }
    }
    universe.look.background = 0xFFFFFF;  // nowhere brighter than white
    compare(on_tube(universe, 0.1f, 0, 0.1f), 2);
  }

  TEST_CASE("of the smallest picture and a DVD's, and with characters") {
    const FreshGpu fresh;
    compare(on_tube(lit_universe(64, 64, 40), 0, 0, 1), 8);
    compare(on_tube(lit_universe(66, 70, 40), 0, 0, 0.35f), 8);
    UniverseSettings dvd = lit_universe(720, 480, 900);
    compare(on_tube(dvd, 0.6f, 0.25f, 0.35f), 3);
    dvd.look.glyphs = true;
    compare(on_tube(dvd, 0.6f, 0.25f, 0.35f), 3);
    compare(on_tube(dvd, 0.6f, 0.25f, 0), 2);
  }

  TEST_CASE("glass takes one more launch of a frame that is looked at, and its memory is counted") {
    const FreshGpu fresh;
    const UniverseSettings flat = lit_universe(66, 70, 40), bulging = on_tube(flat, 0, 0, 0.5f);
    int kernels[2], passed[2];
    for (const bool bulges : {false, true}) {
      const UniverseSettings& universe = bulges ? bulging : flat;
      const auto engine = make_cuda_engine(universe);
      Planes planes(universe);
      engine->step();
      engine->draw(planes.target(colour_of(0)));
      gpu().kernels = 0;
      engine->step();
      engine->draw(planes.target(colour_of(0)));
      kernels[bulges] = gpu().kernels;
      gpu().kernels = 0;
      engine->step();
      engine->pass(planes.target(colour_of(0)));
      engine->hash_state();  // waits
      passed[bulges] = gpu().kernels;
      CHECK(engine->describe().memory_bytes == cuda_engine_memory_bytes(universe));
    }
    CHECK(kernels[1] == kernels[0] + 1);
    CHECK(passed[1] == passed[0]);
    CHECK(cuda_engine_memory_bytes(bulging) > cuda_engine_memory_bytes(flat));
  }
}
