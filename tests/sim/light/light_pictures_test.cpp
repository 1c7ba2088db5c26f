// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures in light: the same bits whatever computes them, the right colours in the right places.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/engine.h"
#include "sim/light/film_grain.h"
#include "sim/light/light_tables.h"
#include "tests/sim/colour_picture.h"

using namespace lifereel;

namespace {

// One of everything that changes what is computed.
std::vector<UniverseSettings> looks_of_every_kind() {
  UniverseSettings base;
  base.width = 434;  // no multiple of any vector, and odd at a quarter of it
  base.height = 298;
  base.particles = 700;
  base.seed = 11;
  base.look.tone = ToneCurve::log;
  base.look.bloom = 0.4f;
  base.look.vignette = 0.3f;
  base.look.background = 0x04060A;
  std::vector<UniverseSettings> all(7, base);
  all[1].look.tone = ToneCurve::filmic;
  all[1].look.grain = 5;
  all[2].look.colour_by = ColourBy::speed;
  all[2].look.palette = "magma";
  all[3].look.colour_by = ColourBy::age;
  all[3].look.vignette = 0;
  all[3].look.dither = false;
  all[4].look.colour_by = ColourBy::density;
  all[4].look.bloom = 0;
  all[4].look.streaks = 1;
  all[5].look.palette = "FF0000 00FF00";
  all[5].look.bloom_radius = 8;
  all[5].trail_decay = 0;
  all[6].look.barrel = 0.5f;
  const int point_sizes[7] = {5, 7, 9, 11, 13, 3, 5};
  for (std::size_t i = 0; i < all.size(); ++i) all[i].look.point_size = point_sizes[i];
  return all;
}

// A few particles where a test wants them, at rest.
Checkpoint with_particles(Engine& engine, const std::vector<std::pair<float, float>>& places,
                          int species) {
  Checkpoint checkpoint;
  engine.save(checkpoint);
  State& state = checkpoint.state;
  for (std::size_t i = 0; i < state.y.size(); ++i) {
    std::tie(state.y[i], state.x[i]) = places[i % places.size()];
    state.vy[i] = state.vx[i] = 0;
    state.species[i] = species;
  }
  return checkpoint;
}

UniverseSettings plain_universe(int particles) {
  UniverseSettings universe;
  universe.width = 320;
  universe.height = 256;
  universe.rmax = 60;
  universe.particles = particles;
  universe.look.tone = ToneCurve::log;
  universe.look.dither = false;
  return universe;
}

// R, G, B of limited-range code values, 0 to 1.
struct Decoded {
  double red, green, blue;
};
Decoded decode(const ColourPicture& picture, int y, int x, ColourMatrix matrix) {
  const LumaCoefficients k = luma_coefficients(matrix);
  const double luma = (picture.luma_at(y, x) - 16) / 219.0;
  const double cb = (picture.cb_at(y, x) - 128) / 224.0, cr = (picture.cr_at(y, x) - 128) / 224.0;
  Decoded colour{};
  colour.red = luma + 2 * (1 - k.red) * cr;
  colour.blue = luma + 2 * (1 - k.blue) * cb;
  colour.green = (luma - k.red * colour.red - k.blue * colour.blue) / (1 - k.red - k.blue);
  return colour;
}

}  // namespace

TEST_SUITE("sim.light_pictures") {
  TEST_CASE("every look has the same bits on every instruction set and with any threads") {
    for (const UniverseSettings& universe : looks_of_every_kind()) {
      const auto first = make_cpu_engine(universe, {Isa::baseline, 1});
      std::vector<std::unique_ptr<Engine>> others;
      for (const Isa isa : available_isas())
        for (const int threads : {1, 3})
          others.push_back(make_cpu_engine(universe, {isa, threads}));
      for (int frame = 0; frame < 12; ++frame) {
        first->step();
        const ColourPicture expected = draw(*first);
        for (const auto& other : others) {
          other->step();
          REQUIRE(draw(*other) == expected);
        }
      }
    }
  }

  TEST_CASE("no particle moves differently for a look") {
    for (const UniverseSettings& universe : looks_of_every_kind()) {
      UniverseSettings gray = universe;
      gray.look = {};
      const auto one = make_cpu_engine(universe, {Isa::automatic, 1});
      const auto other = make_cpu_engine(gray, {Isa::automatic, 1});
      for (int frame = 0; frame < 5; ++frame) one->step(), draw(*one), other->step();
      CHECK(one->hash_state() == other->hash_state());
    }
  }

  TEST_CASE("an engine goes on from a checkpoint, its light and white included") {
    for (const UniverseSettings& universe : looks_of_every_kind()) {
      for (const int stop : {0, 1, 9}) {
        const auto whole = make_cpu_engine(universe, {Isa::automatic, 2});
        for (int frame = 0; frame < stop; ++frame) whole->step(), draw(*whole);
        Checkpoint checkpoint;
        whole->save(checkpoint);
        const auto bytes = serialize_checkpoint(checkpoint);
        const Checkpoint read = parse_checkpoint(bytes.data(), bytes.size());
        REQUIRE(read == checkpoint);
        const auto again = make_cpu_engine(universe, {Isa::baseline, 1});
        for (int frame = 0; frame < 3; ++frame) again->step(), draw(*again);
        again->restore(read);
        for (int frame = 0; frame < 6; ++frame) {
          whole->step();
          again->step();
          REQUIRE(draw(*again) == draw(*whole));
        }
      }
    }
  }

  TEST_CASE("a checkpoint whose light was invented is refused") {
    const auto engine = make_cpu_engine(looks_of_every_kind()[0], {Isa::automatic, 1});
    engine->step();
    draw(*engine);
    Checkpoint good;
    engine->save(good);
    CHECK_NOTHROW(validate(good));
    for (const int kind : {0, 1, 2, 3, 4}) {
      Checkpoint bad = good;
      if (kind == 0) bad.trail_cb.pop_back();
      if (kind == 1) bad.trail_cr[3] = std::nanf("");
      if (kind == 2) bad.white_bits = 0;
      if (kind == 3) bad.white_bits = -1;
      if (kind == 4) bad.universe.look = {};
      CAPTURE(kind);
      CHECK_THROWS_AS(validate(bad), std::runtime_error);
    }
  }

  TEST_CASE("a world is a torus for its light as well") {
    // The same particles elsewhere: the same picture, moved by whole tiles of everything.
    UniverseSettings universe = plain_universe(12);
    universe.look.bloom = 0.5f;
    universe.look.bloom_radius = 4;
    for (const int size : {3, 5, 7, 13}) {
      universe.look.point_size = size;
      const auto middle = make_cpu_engine(universe, {Isa::automatic, 1});
      const auto corner = make_cpu_engine(universe, {Isa::automatic, 1});
      middle->restore(with_particles(*middle, {{128.5f, 160.5f}, {131.2f, 167.9f}}, 1));
      corner->restore(with_particles(*corner, {{0.5f, 0.5f}, {3.2f, 7.9f}}, 1));
      const ColourPicture a = draw(*middle), b = draw(*corner);
      int different = 0;
      for (int y = 0; y < a.height; ++y)
        for (int x = 0; x < a.width; ++x)
          different += a.luma_at(y + 128, x + 160) != b.luma_at(y, x) ||
                       a.cb_at(y + 128, x + 160) != b.cb_at(y, x) ||
                       a.cr_at(y + 128, x + 160) != b.cr_at(y, x);
      CHECK(different == 0);
    }
  }

  TEST_CASE("a particle has the colour of its species, whichever matrix carries it") {
    UniverseSettings universe = plain_universe(3);
    universe.species = 6;
    universe.look.palette = "FF4040 40FF40 4040FF FFC020 20C0FF C020FF";
    universe.look.exposure = -5;  // far from white, where colours fade
    for (const ColourMatrix matrix : {ColourMatrix::smpte170m, ColourMatrix::bt709}) {
      for (int species = 0; species < universe.species; ++species) {
        const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
        engine->restore(with_particles(*engine, {{100.5f, 100.5f}}, species));
        const ColourPicture picture = draw(*engine, matrix);
        const Decoded colour = decode(picture, 100, 100, matrix);
        const Rgb wanted =
            palette_colours(universe.look.palette, 6)[static_cast<std::size_t>(species)];
        const auto squared = [wanted](int shift) {
          const double code = (wanted >> shift & 255) / 255.0;
          return code * code;
        };
        CAPTURE(species);
        REQUIRE(colour.red + colour.green + colour.blue > 0.1);
        const double scale =
            (colour.red + colour.green + colour.blue) / (squared(16) + squared(8) + squared(0));
        // Chroma is a block's, luma a pixel's: the ratios hold to a few levels.
        CHECK(std::abs(colour.red - scale * squared(16)) < 0.06);
        CHECK(std::abs(colour.green - scale * squared(8)) < 0.06);
        CHECK(std::abs(colour.blue - scale * squared(0)) < 0.06);
      }
    }
  }

  TEST_CASE("what is dark is exactly black, and no colour leaves the gamut") {
    UniverseSettings universe = plain_universe(12);
    universe.look.dither = true;
    const auto still = make_cpu_engine(universe, {Isa::automatic, 1});
    still->restore(with_particles(*still, {{50.5f, 50.5f}}, 0));
    const ColourPicture dark = draw(*still);
    CHECK(dark.luma_at(200, 200) == 16);
    CHECK(dark.cb_at(200, 200) == 128);
    CHECK(dark.cr_at(200, 200) == 128);

    universe.particles = 900;
    universe.look.dither = false;
    for (const ToneCurve tone : {ToneCurve::log, ToneCurve::filmic}) {
      universe.look.tone = tone;
      universe.look.palette = "FF0000 00FF00 0000FF FF00FF";
      universe.look.exposure = 3;  // cores far beyond white
      const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
      ColourPicture picture;
      for (int frame = 0; frame < 60; ++frame) {
        engine->step();
        picture = draw(*engine);
      }
      const auto [least, most] = std::minmax_element(picture.luma.begin(), picture.luma.end());
      CHECK(*least >= 16);
      CHECK(*most <= 235);
      CHECK(*most >= 230);
      // A block of chroma belongs to four pixels: the brightest of them shows it as it was meant.
      for (int y = 0; y < picture.height; y += 2) {
        for (int x = 0; x < picture.width; x += 2) {
          double blocks_luma = 0;
          for (const int part : {0, 1, 2, 3})
            blocks_luma += (picture.luma_at(y + part / 2, x + part % 2) - 16) / 219.0 / 4;
          if (blocks_luma < 0.98) continue;  // white cores are white
          REQUIRE(std::abs(picture.cb_at(y, x) - 128) <= 24);
          REQUIRE(std::abs(picture.cr_at(y, x) - 128) <= 24);
        }
      }
    }
  }

  TEST_CASE("a background is what was asked for, whatever the curve") {
    UniverseSettings universe = plain_universe(1);
    universe.look.dither = false;
    for (const ToneCurve tone : {ToneCurve::log, ToneCurve::filmic}) {
      universe.look.tone = tone;
      for (const Rgb gray : {0x101010u, 0x808080u, 0xF8F8F8u, 0xFFFFFFu}) {
        universe.look.background = gray;
        const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
        engine->restore(with_particles(*engine, {{50.5f, 50.5f}}, 0));
        const ColourPicture picture = draw(*engine, ColourMatrix::bt709, ColourRange::full);
        CHECK(std::abs(picture.luma_at(200, 200) - static_cast<int>(gray & 255)) <= 1);
        CHECK(picture.cb_at(200, 200) == 128);
        CHECK(picture.cr_at(200, 200) == 128);
      }
    }
  }

  TEST_CASE("a streak spreads a particle's light along its way and keeps the sum of it") {
    UniverseSettings universe = plain_universe(1);
    universe.dt = 1;
    const auto light_of = [&](int streaks, float speed) {
      universe.look.streaks = streaks;
      const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
      Checkpoint checkpoint = with_particles(*engine, {{100.5f, 100.5f}}, 0);
      checkpoint.state.vx[0] = speed;
      engine->restore(checkpoint);
      draw(*engine);
      engine->save(checkpoint);
      return checkpoint.trail;
    };
    const auto still = light_of(4, 0), moving = light_of(4, 40), dot = light_of(1, 40);
    double still_sum = 0, moving_sum = 0;
    for (const float light : still) still_sum += light;
    for (const float light : moving) moving_sum += light;
    CHECK(still_sum == moving_sum);
    // At 100, 90, 80 and 70, a quarter each.
    for (const std::size_t column : {100, 90, 80, 70})
      CHECK(moving[100 * 320 + column] == still[100 * 320 + 100] / 4);
    CHECK(moving[100 * 320 + 60] == 0);
    CHECK(dot[100 * 320 + 100] > 0);
    CHECK(dot[100 * 320 + 90] == 0);
  }

  TEST_CASE("white follows the light slowly, and a young universe is no brighter than an old one") {
    UniverseSettings universe = plain_universe(900);
    universe.trail_decay = 0.88f;
    const auto engine = make_cpu_engine(universe, {Isa::automatic, 1});
    double before = 0;
    std::int32_t white = 0;
    for (int frame = 0; frame < 200; ++frame) {
      engine->step();
      const ColourPicture picture = draw(*engine);
      double mean = 0;
      for (const std::uint8_t luma : picture.luma) mean += luma;
      mean /= static_cast<double>(picture.luma.size());
      Checkpoint checkpoint;
      engine->save(checkpoint);
      if (frame > 0) CHECK(std::abs(checkpoint.white_bits - white) < (1 << 23) / 4);
      white = checkpoint.white_bits;
      if (frame > 20) CHECK(std::abs(mean - before) < 6);
      before = mean;
      CHECK(mean < 150);
    }
  }

  TEST_CASE("so many particles in one place do not overflow") {
    UniverseSettings universe = plain_universe(400000);
    universe.look.streaks = 16;
    const LightTables tables = make_light_tables(universe, ColourMatrix::bt709);
    const std::int32_t heaviest = *std::max_element(tables.luma.begin(), tables.luma.end());
    CHECK(std::int64_t{heaviest} * universe.particles * universe.look.streaks <= 0x7fffffff);
    for (const std::int32_t weight : tables.chroma)
      REQUIRE(std::abs(std::int64_t{weight}) * universe.particles * universe.look.streaks <=
              0x7fffffff);
  }

  TEST_CASE("grain is drawn by the frame and the place, and has the strength that was asked for") {
    const FilmGrain grain(4), stronger(8);
    std::vector<float> row(512), again(512), other(512);
    grain.fill_row(7, 33, 512, row.data());
    grain.fill_row(7, 33, 512, again.data());
    CHECK(row == again);
    grain.fill_row(8, 33, 512, other.data());
    CHECK(row != other);
    stronger.fill_row(7, 33, 512, other.data());
    for (std::size_t i = 0; i < row.size(); ++i) REQUIRE(other[i] == row[i] * 2);
    double mean = 0, squares = 0;
    for (int y = 0; y < 256; ++y) {
      grain.fill_row(3, y, 512, row.data());
      for (const float sample : row) mean += sample, squares += sample * sample;
    }
    mean /= 256 * 512;
    CHECK(std::abs(mean) < 0.5);
    CHECK(std::sqrt(squares / (256 * 512)) == doctest::Approx(16).epsilon(0.05));
  }

  TEST_CASE("looks and targets that cannot be drawn are refused") {
    const auto refusal = [](auto change) {
      UniverseSettings universe = plain_universe(5);
      change(universe);
      try {
        make_cpu_engine(universe, {Isa::automatic, 1});
      } catch (const std::invalid_argument& error) {
        return std::string(error.what());
      }
      return std::string("nothing");
    };
    CHECK(refusal([](auto& u) { u.width = 321; }).find("even width") != std::string::npos);
    CHECK(refusal([](auto& u) { u.width = 30, u.height = 30, u.rmax = 10; }).find("32 pixels") !=
          std::string::npos);
    CHECK(refusal([](auto& u) { u.look = {}, u.look.bloom = 1; }).find("looks in colour") !=
          std::string::npos);
    CHECK(refusal([](auto& u) { u.particles = 6000000; }).find("too many") != std::string::npos);
    CHECK(refusal([](auto& u) { u.look.point_size = 4; }).find("odd") != std::string::npos);
    CHECK(refusal([](auto& u) { u.look.point_size = 15; }).find("3 to 13") != std::string::npos);
    CHECK(refusal([](auto& u) { u.look.bloom = 5; }).find("bloom 5") != std::string::npos);
    CHECK(refusal([](auto& u) { u.look.grain = -1; }).find("grain -1") != std::string::npos);
    CHECK(refusal([](auto& u) { u.look.white = std::nanf(""); }).find("white") !=
          std::string::npos);
    CHECK(refusal([](auto& u) { u.look.palette = "rainbow"; }).find("oklch") != std::string::npos);
    CHECK(refusal([](auto& u) { u.look.palette = "12345"; }).find("RRGGBB") != std::string::npos);

    const auto engine = make_cpu_engine(plain_universe(5), {Isa::automatic, 1});
    engine->step();
    draw(*engine, ColourMatrix::bt709);
    CHECK_THROWS_WITH_AS(draw(*engine, ColourMatrix::smpte170m), doctest::Contains("matrix"),
                         std::invalid_argument);
  }
}
