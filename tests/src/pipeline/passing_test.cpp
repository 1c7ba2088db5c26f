// SPDX-License-Identifier: GPL-2.0-or-later
// A universe that only goes past frames is where one that drew them is, to the last bit of its
// light: what tasks, warm-ups and stopped renders rely on. For the GPU's engine:
// tests/cuda/check-passing.sh.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "sim/checkpoint.h"
#include "src/pipeline/frame_source.h"
#include "src/settings.h"

using namespace lifereel;

namespace {

std::vector<std::uint8_t> saved(const Engine& engine) {
  Checkpoint checkpoint;
  engine.save(checkpoint);
  return serialize_checkpoint(checkpoint);
}

RenderSettings in_look(const std::string& name) {
  RenderSettings settings;
  apply_look(settings, name);
  settings.universe.width = 288;
  settings.universe.height = 480;  // for scanlines
  settings.universe.particles = 250;
  return settings;
}

}  // namespace

TEST_SUITE("src.passing") {
  TEST_CASE(
      "in every look, frames that nobody looks at leave the checkpoint of those that are drawn") {
    for (const Look& look : looks()) {
      CAPTURE(look.name);
      RenderSettings settings = in_look(look.name);
      for (const int steps : {1, 2}) {
        CAPTURE(steps);
        if (steps > 1 && settings.universe.scene != Scene::particle_life) continue;
        settings.universe.steps_per_frame = steps;
        const PictureFormat format = format_for_size(
            settings.universe.look.draws_colour() ? PixelFormat::yuv420p10 : PixelFormat::yuv420p,
            settings.universe.width, settings.universe.height);
        const auto drawn = make_cpu_engine(settings.universe, {Isa::automatic, 1});
        const auto passed = make_cpu_engine(settings.universe, {Isa::automatic, 2});
        const auto mixed = make_cpu_engine(settings.universe, {Isa::baseline, 1});
        FrameSource draws(*drawn, format), passes(*passed, format), mixes(*mixed, format);
        // Exposure and glyphs follow the light slowly, and remember.
        for (int frame = 0; frame < 40; ++frame) {
          draws.next();
          passes.pass();
          frame % 3 == 0 ? mixes.next() : mixes.pass();
        }
        CHECK(saved(*passed) == saved(*drawn));
        CHECK(saved(*mixed) == saved(*drawn));
        const auto restored = make_cpu_engine(settings.universe, {Isa::automatic, 1});
        restored->restore(parse_checkpoint(saved(*passed).data(), saved(*passed).size()));
        FrameSource goes_on(*restored, format);
        for (int frame = 0; frame < 3; ++frame) draws.next(), goes_on.next();
        const Picture want = draws.picture(), got = goes_on.picture();
        for (int plane = 0; plane < plane_count(format.pixel_format); ++plane) {
          const PlaneView a = want.plane(plane), b = got.plane(plane);
          for (int row = 0; row < a.height; ++row)
            REQUIRE(std::equal(a.row(row), a.row(row) + a.row_bytes(), b.row(row)));
        }
        CHECK(saved(*restored) == saved(*drawn));
      }
    }
  }
}
