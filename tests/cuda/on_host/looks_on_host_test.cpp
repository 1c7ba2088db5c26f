// SPDX-License-Identifier: GPL-2.0-or-later
// Looks in colour on a GPU made of the host: every plane as the CPU draws it, whatever the order of
// blocks, threads, copies and streams.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "beside_cpu.h"
#include "cuda/cuda_engine.h"
#include "fresh_gpu.h"
#include "sim/checkpoint.h"
#include "sim/engine.h"
#include "tests/cuda/floors.h"
#include "tests/sanitizers.h"

using namespace lifereel;
using host_gpu::gpu;
using lifereel::test::sanitized;

namespace {

/// Every turn that compare() takes comes within twelve frames.
constexpr int many_frames = sanitized ? 12 : 60, some_frames = sanitized ? 7 : 12;

}  // namespace

TEST_SUITE("cuda.looks_on_host") {
  TEST_CASE("sixty pictures in looks like the built-in ones are the CPU's, all planes") {
    const FreshGpu fresh;
    UniverseSettings neon = lit_universe(96, 64, 60);
    compare(neon, many_frames);  // aurora
    neon.look.tone = ToneCurve::filmic;
    neon.look.palette = "oklch-vivid";
    neon.look.background = 0;
    neon.look.white = 1;
    neon.look.bloom = 0.55f;
    neon.look.bloom_radius = 6;
    neon.trail_decay = 0.8f;
    compare(neon, many_frames);
    UniverseSettings ember = lit_universe(96, 64, 60);
    ember.look.colour_by = ColourBy::speed;
    ember.look.palette = "6A176E 932667 BC3754 DD513A F37819 FCA50A F6D746 FCFFA4";
    ember.look.background = 0x080302;
    ember.look.grain = 3;
    ember.trail_decay = 0.93f;
    compare(ember, many_frames);
    UniverseSettings abyss = lit_universe(96, 64, 60);
    abyss.look.colour_by = ColourBy::age;
    abyss.look.palette = "0B3C5D 1CA3C4 5CE1C8 B8F2E6 7A8BFF";
    abyss.look.white = 2;
    abyss.look.bloom_radius = 6;
    abyss.trail_decay = 0.95f;
    compare(abyss, many_frames);
  }

  TEST_CASE("every stage on and off, and at its limits") {
    const FreshGpu fresh;
    const UniverseSettings all = lit_universe(66, 42, 40);
    const auto with = [&all](auto change, int frames = some_frames) {
      UniverseSettings universe = all;
      change(universe.look);
      compare(universe, frames);
    };
    with(
        [](LookSettings& look) {
          look.colour_by = ColourBy::density;
          look.palette = "viridis";
        },
        many_frames);
    with([](LookSettings& look) { look.streaks = 1; });
    with([](LookSettings& look) { look.streaks = 16; });
    with([](LookSettings& look) { look.point_size = 3; });
    with([](LookSettings& look) { look.point_size = 7; });
    with([](LookSettings& look) { look.point_size = 13; });
    with([](LookSettings& look) { look.bloom = 0; });
    with([](LookSettings& look) { look.bloom = 4, look.bloom_radius = 1; });
    with([](LookSettings& look) { look.bloom_radius = 2; });
    with([](LookSettings& look) { look.bloom_radius = 8; });
    with([](LookSettings& look) { look.vignette = 0; });
    with([](LookSettings& look) { look.vignette = 1; });
    with([](LookSettings& look) { look.grain = 16; });
    with([](LookSettings& look) { look.dither = false; });
    with([](LookSettings& look) { look.background = 0xFFFFFF; });
    with([](LookSettings& look) { look.exposure = 2.7f; });
    with([](LookSettings& look) { look.exposure = -3.1f, look.white = 0.01f; });
    with([](LookSettings& look) {
      look.bloom = look.vignette = look.grain = 0;
      look.dither = false;
      look.streaks = 1;
    });
  }

  TEST_CASE("odd blocks, the smallest picture, one particle and many, one species and all") {
    const FreshGpu fresh;
    for (const auto& [width, height] :
         std::vector<std::pair<int, int>>{{32, 32}, {34, 32}, {32, 38}, {130, 34}, {258, 70}})
      compare(lit_universe(width, height, 30), 8);
    compare(lit_universe(64, 64, 1, 1), 20);
    compare(lit_universe(64, 64, 2, 32), 12);
    compare(lit_universe(64, 48, 3000, 32), 4);
    compare(lit_universe(720, 480, 2500), 3);
    UniverseSettings large = lit_universe(1030, 522, 300);
    compare(large, 2);  // several levels that have launches of their own
    large.look.bloom_radius = 2;
    compare(large, 1);
    UniverseSettings covered = lit_universe(32, 32, 20);
    covered.look.point_size = 13;
    covered.look.streaks = 16;
    compare(covered, 8);
    UniverseSettings fast = lit_universe(64, 48, 100);
    fast.force_scale = 1e6f;
    fast.dt = 100;
    for (const ColourBy by : {ColourBy::species, ColourBy::speed, ColourBy::density}) {
      fast.look.colour_by = by;
      compare(fast, 8);
    }
    UniverseSettings unfading = lit_universe(48, 48, 50);
    unfading.trail_decay = 0;
    compare(unfading, 6);
    UniverseSettings slow = lit_universe(64, 48, 100);
    slow.substeps = 3;
    compare(slow, 8);
  }

  TEST_CASE("a time lapse has the light of every step") {
    const FreshGpu fresh;
    UniverseSettings lapse = lit_universe(66, 42, 40);
    lapse.look.grain = 3;  // drawn by the frame, not by the step
    for (const ColourBy by : {ColourBy::species, ColourBy::density, ColourBy::speed}) {
      lapse.look.colour_by = by;
      for (const auto& [steps, streaks] :
           std::vector<std::pair<int, int>>{{2, 1}, {2, 7}, {3, 16}, {9, 4}}) {
        lapse.steps_per_frame = steps;
        CAPTURE(lapse.steps_per_frame);
        lapse.look.streaks = streaks;
        compare(lapse, sanitized ? 7 : 14, {}, static_cast<unsigned>(steps));
      }
    }
    lapse.steps_per_frame = 40;
    compare(lapse, 3);
    lapse.steps_per_frame = 2;
    lapse.look.streaks = 16;
    lapse.force_scale = 1e4f;  // ways of many blocks
    for (const int size : {3, 7, 13}) {
      lapse.look.point_size = size;
      compare(lapse, 4);
    }
  }

  TEST_CASE("what of a time lapse is looked at, left out or saved half way") {
    const FreshGpu fresh;
    UniverseSettings lapse = lit_universe(66, 42, 40);
    lapse.look.grain = 2;
    lapse.steps_per_frame = 3;
    const auto cpu = make_cpu_engine(lapse, {Isa::automatic, 1});
    auto engine = make_cuda_engine(lapse);
    const auto step = [&] { cpu->step(), engine->step(); };
    const auto draw = [&](int frame) {
      Planes want(lapse), got(lapse);
      cpu->draw(want.target(colour_of(frame)));
      engine->draw(got.target(colour_of(frame)));
      CHECK(got.bytes == want.bytes);
    };
    step();
    CHECK(engine->hash_state() == cpu->hash_state());  // before the matrix of pictures is known
    draw(0);
    draw(1);         // again: the last step's light alone
    step(), step();  // one frame that is not drawn
    CHECK(engine->hash_state() == cpu->hash_state());
    Checkpoint of_cpu, of_gpu;
    CHECK_THROWS_AS(engine->save(of_gpu), std::logic_error);
    draw(2);
    cpu->save(of_cpu), engine->save(of_gpu);
    CHECK(equal_bits(of_cpu, of_gpu));
    step();
    cpu->restore(of_gpu), engine->restore(of_cpu);
    draw(3);  // without a step: none of what was dropped
    engine = make_cuda_engine(lapse);
    engine->restore(of_cpu), cpu->restore(of_gpu);
    for (int frame = 0; frame < 10; ++frame) step(), draw(frame);
    cpu->save(of_cpu), engine->save(of_gpu);
    CHECK(equal_bits(of_cpu, of_gpu));
  }

  TEST_CASE("with every block shape and number of pictures in flight, and at the same time") {
    const FreshGpu fresh;
    int in_flight = 2;
    for (const int threads : {64, 256, 512}) {
      compare(lit_universe(66, 34, 33), 6, {-1, 8, threads, in_flight},
              static_cast<unsigned>(threads));
      ++in_flight;
    }
    host_gpu::concurrent_blocks() = 3;
    compare(lit_universe(66, 34, 50), 4, {-1, 16, 64});
  }

  TEST_CASE("blocks of every kernel that run at the same time meet only in atomic additions") {
    const FreshGpu fresh;
    const auto compare_at_once = [](const UniverseSettings& universe) {
      host_gpu::concurrent_blocks() = 3;
      compare(universe, 4, {-1, 16, 64});
    };
    const UniverseSettings aurora = lit_universe(66, 42, 40);
    for (const ColourBy by : {ColourBy::speed, ColourBy::age, ColourBy::density}) {
      UniverseSettings universe = aurora;
      universe.look.colour_by = by;
      universe.look.palette = "viridis";
      universe.look.tone = ToneCurve::filmic;
      universe.look.white = by == ColourBy::age ? 1 : 2;
      universe.look.grain = 3;
      compare_at_once(universe);
      universe.steps_per_frame = 3;
      universe.look.streaks = 7;
      universe.look.bloom = 0;
      compare_at_once(universe);
    }
    UniverseSettings points = aurora;
    points.look.point_size = 7;
    points.look.bloom_radius = 8;
    compare_at_once(points);
  }

  TEST_CASE("either engine goes on from the other's checkpoint, to the bit") {
    const FreshGpu fresh;
    UniverseSettings universe = lit_universe(66, 42, 40);
    universe.look.grain = 2;
    for (const ColourBy by : {ColourBy::density, ColourBy::age}) {
      universe.look.colour_by = by;
      auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
      auto engine = make_cuda_engine(universe);
      Checkpoint of_cpu, of_gpu;
      const auto save = [&] {
        cpu->save(of_cpu);
        engine->save(of_gpu);
        CHECK(equal_bits(of_cpu, of_gpu));
        of_gpu = parse_checkpoint(serialize_checkpoint(of_gpu).data(),
                                  serialize_checkpoint(of_gpu).size());
      };
      const auto advance = [&](int frames) {
        for (int frame = 0; frame < frames; ++frame) {
          Planes want(universe), got(universe);
          cpu->step(), engine->step();
          cpu->draw(want.target(colour_of(frame)));
          engine->draw(got.target(colour_of(frame)));
          CHECK(got.bytes == want.bytes);
        }
      };
      engine->step(), cpu->step();
      save();  // nothing is drawn yet
      cpu = make_cpu_engine(universe, {Isa::automatic, 1});
      engine = make_cuda_engine(universe);
      cpu->restore(of_gpu);
      engine->restore(of_cpu);
      advance(20);
      cpu->step(), engine->step();  // not yet launched, it belongs to the checkpoint
      save();
      cpu = make_cpu_engine(universe, {Isa::automatic, 1});
      cpu->restore(of_gpu);
      engine->restore(of_cpu);
      CHECK(engine->frame() == 22);
      advance(20);
      save();
    }
  }

  TEST_CASE("rows that lie as the device's are copied in one piece, of either depth") {
    const FreshGpu fresh;
    const UniverseSettings universe = lit_universe(66, 42, 40);
    const auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
    const auto engine = make_cuda_engine(universe);
    for (const int bit_depth : {8, 10}) {
      const auto size = static_cast<std::size_t>(sample_bytes(bit_depth));
      std::vector<std::uint8_t> want(size * (128 * 42 + 2 * 64 * 21)), got(want.size());
      const auto draw = [&](Engine& drawing, std::vector<std::uint8_t>& bytes) {
        PictureTarget target = luma_target(bytes.data(), 128 * size, ColourRange::limited);
        target.colour = {ColourMatrix::bt709, ColourRange::limited, bit_depth};
        target.planes[1] = {bytes.data() + size * 128 * 42, 64 * size};
        target.planes[2] = {target.planes[1].data + size * 64 * 21, 64 * size};
        drawing.step();
        drawing.draw(target);
      };
      draw(*cpu, want);
      draw(*engine, got);
      const auto equal_rows = [&](std::size_t at, std::size_t stride, std::size_t width,
                                  std::size_t rows) {
        for (std::size_t row = 0; row < rows; ++row, at += stride)
          REQUIRE(std::equal(&want[size * at], &want[size * (at + width)], &got[size * at]));
      };
      equal_rows(0, 128, 66, 42);
      equal_rows(128 * 42, 64, 33, 2 * 21);
    }
  }

  TEST_CASE("frames that are passed leave what frames that are drawn leave") {
    const FreshGpu fresh;
    UniverseSettings universe = lit_universe(66, 42, 40);
    universe.look.grain = 2;
    SUBCASE("in gray") { universe.look = {}; }
    SUBCASE("by species") {}
    SUBCASE("without bloom") { universe.look.bloom = 0; }
    SUBCASE("by density") { universe.look.colour_by = ColourBy::density; }
    SUBCASE("of several steps") {
      universe.look.colour_by = ColourBy::density;
      universe.steps_per_frame = 3;
    }
    const auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
    const auto engine = make_cuda_engine(universe);
    const std::vector<std::uint8_t> untouched = Planes(universe).bytes;
    for (int frame = 0; frame < 30; ++frame) {
      ColourDescription colour = colour_of(frame);
      if (!universe.look.draws_colour()) colour.bit_depth = 8;
      Planes want(universe), got(universe);
      if (frame % 7 != 5) cpu->step(), engine->step();
      if (frame % 5 == 2) engine->hash_state();  // the step is taken before the light fades
      if (frame % 3 == 1)
        cpu->pass(want.target(colour));
      else
        cpu->draw(want.target(colour));
      if (frame % 4 == 3) {
        engine->draw(got.target(colour));
        if (frame % 3 != 1) CHECK(got.bytes == want.bytes);
      } else {
        engine->pass(got.target(colour));
        CHECK(engine->hash_state() == cpu->hash_state());  // waits
        CHECK(got.bytes == untouched);
      }
    }
    Checkpoint of_cpu, of_gpu;
    cpu->save(of_cpu), engine->save(of_gpu);
    CHECK(equal_bits(of_cpu, of_gpu));
  }

  TEST_CASE("the matrix of pictures is the film's, and nothing is drawn where it changes") {
    const FreshGpu fresh;
    const UniverseSettings universe = lit_universe(66, 42, 40);
    const auto cpu = make_cpu_engine(universe, {Isa::automatic, 1});
    const auto engine = make_cuda_engine(universe);
    ColourDescription colour = {ColourMatrix::smpte170m, ColourRange::limited, 8};
    for (int frame = 0; frame < 4; ++frame) {
      Planes want(universe), got(universe);
      cpu->step(), engine->step();
      PictureTarget other = got.target({ColourMatrix::bt709, ColourRange::limited, 8});
      if (frame == 2) CHECK_THROWS_AS(engine->begin_draw(other), std::invalid_argument);
      cpu->draw(want.target(colour));
      engine->draw(got.target(colour));
      CHECK(got.bytes == want.bytes);
      colour.matrix = ColourMatrix::bt470bg;  // the same coefficients
    }
  }

  TEST_CASE("a frame is one graph and only finished planes cross the bus") {
    const FreshGpu fresh;
    const UniverseSettings universe = lit_universe(66, 42, 40);
    const auto engine = make_cuda_engine(universe);
    Planes planes(universe);
    engine->step();
    engine->draw(planes.target(colour_of(0)));
    const int before = gpu().allocated_in_all;
    gpu().launches = gpu().kernels = 0;
    for (int i = 0; i < 10; ++i) {
      engine->step();
      engine->draw(planes.target(colour_of(0)));
    }
    CHECK(gpu().launches == 10);
    // Particles, splats, fading, tone; all levels of bloom, which are small.
    CHECK(gpu().kernels == 10 * (4 + 1));
    gpu().launches = gpu().kernels = 0;
    for (int i = 0; i < 10; ++i) {
      engine->step();
      engine->pass(planes.target(colour_of(0)));
    }
    engine->hash_state();  // waits
    CHECK(gpu().launches == 10);
    CHECK(gpu().kernels == 10 * 4);  // particles, splats, fading, white
    CHECK(gpu().allocated_in_all == before);
    CHECK(engine->describe().memory_bytes == cuda_engine_memory_bytes(universe));
  }

  TEST_CASE("drawing in light moves less than twice the bytes of drawing in gray") {
    for (const auto& [width, height, particles] :
         std::vector<std::array<int, 3>>{{7680, 2160, 115000}, {720, 480, 2500}}) {
      const UniverseSettings lit = lit_universe(width, height, particles);
      UniverseSettings gray = lit;
      gray.look = {};
      const double of_gray = KernelBytes::of_drawing(gray);
      CHECK(KernelBytes::of_drawing(lit, 8) / of_gray == doctest::Approx(1.80).epsilon(0.005));
      CHECK(KernelBytes::of_drawing(lit, 10) / of_gray == doctest::Approx(1.88).epsilon(0.005));
    }
  }

  TEST_CASE("a DVD's bloom takes three launches: a large level down, small ones, and up again") {
    const FreshGpu fresh;
    const UniverseSettings universe = lit_universe(720, 480, 1);
    const auto engine = make_cuda_engine(universe);
    Planes planes(universe);
    for (int i = 0; i < 2; ++i) {
      gpu().kernels = 0;
      engine->step();
      engine->draw(planes.target(colour_of(0)));
    }
    CHECK(gpu().kernels == 4 + 3);
  }
}
