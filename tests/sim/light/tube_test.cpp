// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures on a tube: the same bits whatever computes them; lines, stripes and glass as asked for.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/engine.h"
#include "sim/light/tube.h"
#include "tests/sanitizers.h"

using namespace lifereel;

namespace {

struct TubePicture {
  int width, height;
  std::vector<std::uint8_t> bytes;  // luma, Cb, Cr; two each where there are 10 bits
  bool operator==(const TubePicture&) const = default;

  int luma_at(int y, int x) const { return bytes[static_cast<std::size_t>(y * width + x)]; }
  int chroma_at(int plane, int y, int x) const {
    return bytes[static_cast<std::size_t>(width * height + plane * (width / 2) * (height / 2) +
                                          y * (width / 2) + x)];
  }
  double mean_luma(int first_row, int last_row) const {
    const auto row = [this](int y) {
      return bytes.begin() + static_cast<std::ptrdiff_t>(y) * width;
    };
    return std::accumulate(row(first_row), row(last_row), 0.0) / width / (last_row - first_row);
  }
};

TubePicture draw_tube(Engine& engine,
                      ColourDescription colour = {ColourMatrix::bt709, ColourRange::full, 8}) {
  TubePicture picture{engine.settings().width, engine.settings().height, {}};
  const auto samples = static_cast<std::size_t>(sample_bytes(colour.bit_depth));
  const auto width = static_cast<std::size_t>(picture.width) * samples;
  const auto height = static_cast<std::size_t>(picture.height);
  picture.bytes.resize(width * height * 3 / 2);
  PictureTarget target;
  target.planes[0] = {picture.bytes.data(), width};
  target.planes[1] = {picture.bytes.data() + width * height, width / 2};
  target.planes[2] = {picture.bytes.data() + width * height * 5 / 4, width / 2};
  target.colour = colour;
  engine.draw(target);
  return picture;
}

UniverseSettings universe_on_tube(int width, int height, float scanlines, float mask,
                                  float barrel) {
  UniverseSettings universe;
  universe.width = width;
  universe.height = height;
  universe.rmax = 16;
  universe.particles = 300;
  universe.look.tone = ToneCurve::log;
  universe.look.dither = false;
  universe.look.scanlines = scanlines;
  universe.look.mask = mask;
  universe.look.barrel = barrel;
  return universe;
}

/// A background as good as alone.
TubePicture flat_field(UniverseSettings universe, Rgb colour) {
  universe.particles = 1;
  universe.look.background = colour;
  universe.look.exposure = -16;
  const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
  engine->step();
  return draw_tube(*engine);
}

/// With particles at rest where a test wants them.
TubePicture with_particles(UniverseSettings universe,
                           const std::vector<std::pair<float, float>>& places) {
  universe.particles = static_cast<int>(places.size());
  universe.look.streaks = 1;
  const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
  Checkpoint checkpoint;
  engine->save(checkpoint);
  State& state = checkpoint.state;
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::tie(state.y[i], state.x[i]) = places[i];
    state.vy[i] = state.vx[i] = 0;
    state.species[i] = 0;
  }
  engine->restore(checkpoint);
  return draw_tube(*engine);
}

double mean_column(const TubePicture& picture, int first_row, int last_row) {
  double sum = 0, moment = 0;
  for (int y = first_row; y < last_row; ++y)
    for (int x = 0; x < picture.width; ++x) {
      sum += picture.luma_at(y, x);
      moment += picture.luma_at(y, x) * (x + 0.5);
    }
  return moment / sum;
}

}  // namespace

TEST_SUITE("sim.tube") {
  TEST_CASE("a tube has the same bits on every instruction set, with any threads, in any format") {
    std::vector<UniverseSettings> all{
        universe_on_tube(434, 482, 0.6f, 0.3f, 0), universe_on_tube(434, 482, 0.6f, 0.3f, 0.35f),
        universe_on_tube(70, 1082, 1, 1, 1), universe_on_tube(642, 66, 0, 0, 1)};
    all[1].look.bloom = 0.5f;
    all[1].look.vignette = 0.4f;
    all[1].look.grain = 4;
    all[1].look.dither = true;
    all[2].look.tone = ToneCurve::filmic;
    all[2].look.background = 0x402010;
    all[3].look.bloom = 1;
    for (const UniverseSettings& universe : all) {
      for (const ColourMatrix matrix : {ColourMatrix::bt709, ColourMatrix::smpte170m}) {
        if (test::looks_for_races && matrix != ColourMatrix::bt709) continue;
        const auto first = make_cpu_engine(universe, {Isa::baseline, 1});
        std::vector<std::unique_ptr<Engine>> others;
        for (const Isa isa : available_isas())
          for (const int threads : {1, 3})
            others.push_back(make_cpu_engine(universe, {isa, threads}));
        for (int frame = 0; frame < 4; ++frame) {
          const ColourDescription colour{matrix, ColourRange::limited, frame % 2 == 1 ? 10 : 8};
          first->step();
          const TubePicture expected = draw_tube(*first, colour);
          for (const auto& other : others) {
            other->step();
            REQUIRE(draw_tube(*other, colour) == expected);
          }
        }
      }
    }
  }

  TEST_CASE("lines are whole rows apart, wider the brighter they are, and keep middle gray") {
    for (const auto& [lines, rows] : {std::pair{480, 3}, {576, 3}, {1080, 4}, {2160, 8}}) {
      const int height = lines;
      CAPTURE(height);
      const UniverseSettings universe = universe_on_tube(64, height, 0.6f, 0, 0);
      double before = 0;
      for (const Rgb gray : {0x202020u, 0x808080u, 0xF0F0F0u}) {
        const TubePicture picture = flat_field(universe, gray);
        std::vector<double> means;
        for (int y = 0; y < height; ++y) means.push_back(picture.mean_luma(y, y + 1));
        for (int y = 0; y + rows < height; ++y)
          REQUIRE(means[static_cast<std::size_t>(y)] == means[static_cast<std::size_t>(y + rows)]);
        const auto [gap, line] = std::minmax_element(means.begin(), means.begin() + rows);
        CHECK(*gap / *line > before);
        CHECK(*gap / *line < 0.95);
        before = *gap / *line;
        const double untouched =
            flat_field(universe_on_tube(64, height, 0, 0, 0), gray).mean_luma(0, height);
        if (gray == 0x808080u)
          CHECK(picture.mean_luma(0, height / rows * rows) ==
                doctest::Approx(untouched).epsilon(0.01));
        CHECK(*line <= 255);
      }
      CHECK(before > 0.6);
    }
  }

  TEST_CASE("bent lines do not beat with rows of pixels: their mean is as it is without glass") {
    const TubePicture flat = flat_field(universe_on_tube(640, 720, 1, 0, 0), 0x808080);
    const TubePicture bent = flat_field(universe_on_tube(640, 720, 1, 0, 0.35f), 0x808080);
    const double mean = flat.mean_luma(300, 420);
    for (int x = 80; x < 560; x += 40)
      for (int y = 120; y < 600; y += 24) {
        double sum = 0;
        for (int row = y; row < y + 24; ++row)
          for (int column = x; column < x + 40; ++column) sum += bent.luma_at(row, column);
        REQUIRE(sum / 24 / 40 == doctest::Approx(mean).epsilon(0.03));
      }
  }

  TEST_CASE("a mask has three stripes of luma, and chroma has none") {
    for (const auto& [lines, stripe] : {std::pair{480, 1}, {1080, 2}, {2160, 4}}) {
      const int height = lines;
      CAPTURE(height);
      const TubePicture picture = flat_field(universe_on_tube(96, height, 0, 0.5f, 0), 0x806040);
      for (int x = 0; x < 96; ++x) {
        REQUIRE(picture.luma_at(7, x) == picture.luma_at(7, x % (3 * stripe)));
        REQUIRE(picture.chroma_at(0, 3, x / 2) == picture.chroma_at(0, 3, 0));
        REQUIRE(picture.chroma_at(1, 3, x / 2) == picture.chroma_at(1, 3, 0));
      }
      CHECK(picture.luma_at(7, 0) == picture.luma_at(7, stripe - 1));
      CHECK(picture.luma_at(7, stripe) * 4 ==
            doctest::Approx(picture.luma_at(7, 0) * 3).epsilon(0.02));
      CHECK(picture.luma_at(7, 3 * stripe - 1) == picture.luma_at(7, stripe));
    }
  }

  TEST_CASE("lines and a mask together keep middle gray") {
    const TubePicture plain = flat_field(universe_on_tube(96, 1080, 0, 0, 0), 0x808080);
    const TubePicture both = flat_field(universe_on_tube(96, 1080, 0.3f, 0.3f, 0), 0x808080);
    CHECK(both.mean_luma(0, 1080) == doctest::Approx(plain.mean_luma(0, 1080)).epsilon(0.01));
  }

  TEST_CASE("chroma goes with the luma that is left: colours keep their hue") {
    const Rgb colour = 0x305020;
    const TubePicture plain = flat_field(universe_on_tube(64, 1080, 0, 0, 0), colour);
    const TubePicture lines = flat_field(universe_on_tube(64, 1080, 1, 1, 0), colour);
    const double dimmed = lines.mean_luma(0, 1080) / plain.mean_luma(0, 1080);
    CHECK(dimmed < 0.95);
    for (const int plane : {0, 1})
      CHECK(lines.chroma_at(plane, 2, 2) - 128 ==
            doctest::Approx((plain.chroma_at(plane, 2, 2) - 128) * dimmed).epsilon(0.1));
  }

  TEST_CASE("glass touches the frame in the middle of its sides; its corners are cut off round") {
    const UniverseSettings universe = universe_on_tube(640, 480, 0, 0, 1);
    const TubePicture picture = flat_field(universe, 0xFFFFFF);
    for (const int y : {0, 479})
      for (const int x : {0, 639}) {
        CHECK(picture.luma_at(y, x) == 0);
        CHECK(picture.chroma_at(0, y / 2, x / 2) == 128);
        CHECK(picture.chroma_at(1, y / 2, x / 2) == 128);
      }
    CHECK(picture.luma_at(240, 3) == 255);
    CHECK(picture.luma_at(3, 320) == 255);
    CHECK(picture.luma_at(240, 0) < 128);  // the edge is soft
    CHECK(picture.luma_at(240, 0) > 0);
    // Without rounding, there would be light from (44, 48) on, where u and v are 1.
    CHECK(picture.luma_at(50, 48) == 0);
    CHECK(picture.luma_at(66, 64) == 255);
    const TubePicture none = flat_field(universe_on_tube(640, 480, 0, 0, 0), 0xFFFFFF);
    CHECK(none.luma_at(0, 0) == 255);
  }

  TEST_CASE("chroma ends where luma does") {
    const TubePicture picture = flat_field(universe_on_tube(640, 480, 0, 0, 1), 0x703020);
    const int lit = picture.luma_at(240, 320), cr = picture.chroma_at(1, 120, 160);
    REQUIRE(cr > 140);
    int dark = 0, seen = 0;
    for (int y = 0; y < 480; y += 2)
      for (int x = 0; x < 640; x += 2) {
        const auto [least, most] =
            std::minmax({picture.luma_at(y, x), picture.luma_at(y, x + 1),
                         picture.luma_at(y + 1, x), picture.luma_at(y + 1, x + 1)});
        if (most == 0 && ++dark) REQUIRE(std::abs(picture.chroma_at(1, y / 2, x / 2) - 128) <= 4);
        if (least == lit && ++seen) REQUIRE(std::abs(picture.chroma_at(1, y / 2, x / 2) - cr) <= 4);
      }
    CHECK(dark > 2000);
    CHECK(seen > 60000);
  }

  TEST_CASE("straight lines stay straight on the axes, and bend away from them") {
    std::vector<std::pair<float, float>> upright, level, beside;
    for (int i = 0; i < 480; i += 2) {
      const float y = static_cast<float>(i) + 0.5f;
      upright.insert(upright.end(), {{y, 319.5f}, {y, 320.5f}});
      beside.emplace_back(y, 160.5f);
    }
    for (int i = 0; i < 640; i += 2) {
      const float x = static_cast<float>(i) + 0.5f;
      level.insert(level.end(), {{239.5f, x}, {240.5f, x}});
    }
    const UniverseSettings universe = universe_on_tube(640, 480, 0, 0, 1);
    const TubePicture column = with_particles(universe, upright);
    for (int y = 8; y < 472; y += 8)
      REQUIRE(mean_column(column, y, y + 8) == doctest::Approx(320.0));
    const TubePicture row = with_particles(universe, level);
    for (int x = 8; x < 632; ++x) {
      REQUIRE(row.luma_at(239, x) == row.luma_at(240, x));
      REQUIRE(row.luma_at(239, x) > 100);
      REQUIRE(row.luma_at(233, x) == 0);
    }
    // u = x (1 + y^2 / 4): what is half way to the side is nearer to the middle further up.
    const TubePicture aside = with_particles(universe, beside);
    CHECK(mean_column(aside, 236, 244) == doctest::Approx(160.5).epsilon(0.005));
    CHECK(mean_column(aside, 56, 64) ==
          doctest::Approx(320 - 159.5 / (1 + 0.75 * 0.75 / 4)).epsilon(0.005));
  }

  TEST_CASE("what glows is what is seen") {
    // A particle whose place the glass cuts off leaves no glow beside it.
    UniverseSettings universe = universe_on_tube(640, 480, 0, 0, 1);
    universe.look.bloom = 4;
    universe.look.bloom_radius = 3;
    const TubePicture cut = with_particles(universe, {{3.5f, 3.5f}, {240.5f, 320.5f}});
    int brightest = 0;
    for (int y = 60; y < 120; ++y)
      for (int x = 80; x < 160; ++x) brightest = std::max(brightest, cut.luma_at(y, x));
    CHECK(brightest == 0);
    CHECK(cut.luma_at(240, 330) > 0);
    universe.look.barrel = 0;
    const TubePicture whole = with_particles(universe, {{3.5f, 3.5f}, {240.5f, 320.5f}});
    CHECK(whole.luma_at(10, 10) > 0);
  }

  TEST_CASE("nothing glows in from beyond the glass, as it does on a torus") {
    UniverseSettings universe = universe_on_tube(640, 480, 0, 0, 0);
    universe.look.bloom = 4;
    universe.look.bloom_radius = 3;
    const std::vector<std::pair<float, float>> places = {{240.5f, 4.5f}, {4.5f, 320.5f}};
    for (const float barrel : {0.0f, 0.3f}) {
      CAPTURE(barrel);
      universe.look.barrel = barrel;
      const TubePicture picture = with_particles(universe, places);
      CHECK(picture.luma_at(240, 8) > 0);
      CHECK(picture.luma_at(8, 320) > 0);
      CHECK((picture.luma_at(240, 639) > 0) == (barrel == 0));
      CHECK((picture.luma_at(479, 320) > 0) == (barrel == 0));
    }
  }
}
