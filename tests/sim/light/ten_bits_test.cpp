// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures of 10 bits a sample: the same light as in those of 8, four levels to each of theirs.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "sim/arithmetic/light.h"
#include "sim/engine.h"

using namespace lifereel;

namespace {

constexpr std::size_t width = 434, height = 298;  // no multiple of any vector
constexpr std::uint16_t untouched = 0xEEEE;

/// Luma, Cb and Cr, with room behind each row.
using Planes = std::array<std::vector<std::uint16_t>, 3>;
constexpr std::size_t room = 32;

Planes draw(Engine& engine, int bit_depth, ColourRange range = ColourRange::limited) {
  Planes planes;
  std::array<std::vector<std::uint8_t>, 3> bytes;
  PictureTarget target;
  target.colour = {ColourMatrix::bt709, range, bit_depth};
  const auto size = static_cast<std::size_t>(sample_bytes(bit_depth));
  for (std::size_t plane = 0; plane < 3; ++plane) {
    const std::size_t stride = (plane == 0 ? width : width / 2) + room;
    const std::size_t samples = stride * (plane == 0 ? height : height / 2);
    planes[plane].assign(samples, untouched);
    bytes[plane].assign(samples, 0xEE);
    target.planes[plane] = {
        size == 2 ? reinterpret_cast<std::uint8_t*>(planes[plane].data()) : bytes[plane].data(),
        stride * size};
  }
  engine.draw(target);
  if (size == 1)
    for (std::size_t plane = 0; plane < 3; ++plane)
      planes[plane].assign(bytes[plane].begin(), bytes[plane].end());
  return planes;
}

/// Calls see(plane, one, other) for every sample of two pictures.
template <class See>
void each_sample(const Planes& one, const Planes& other, const See& see) {
  for (std::size_t plane = 0; plane < 3; ++plane) {
    const std::size_t columns = plane == 0 ? width : width / 2;
    for (std::size_t i = 0; i < one[plane].size(); ++i)
      if (i % (columns + room) < columns) see(plane, one[plane][i], other[plane][i]);
  }
}

UniverseSettings universe_of(ToneCurve tone) {
  UniverseSettings universe;
  universe.width = width;
  universe.height = height;
  universe.particles = 700;
  universe.seed = 11;
  universe.look.tone = tone;
  universe.look.bloom = 0.4f;
  universe.look.vignette = 0.3f;
  universe.look.grain = tone == ToneCurve::filmic ? 5 : 0;
  return universe;
}

}  // namespace

TEST_SUITE("sim.ten_bits") {
  TEST_CASE("10 bits are the same on every instruction set and with any threads") {
    for (const ToneCurve tone : {ToneCurve::log, ToneCurve::filmic}) {
      const auto first = make_cpu_engine(universe_of(tone), {Isa::baseline, 1});
      std::vector<std::unique_ptr<Engine>> others;
      for (const Isa isa : available_isas())
        for (const int threads : {1, 3})
          others.push_back(make_cpu_engine(universe_of(tone), {isa, threads}));
      for (int frame = 0; frame < 12; ++frame) {
        first->step();
        const Planes expected = draw(*first, 10);
        for (const auto& other : others) {
          other->step();
          REQUIRE(draw(*other, 10) == expected);
        }
      }
      CHECK(draw(*first, 10)[0][width] == untouched);
    }
  }

  TEST_CASE("a sample of 8 bits is that of 10, rounded, and the light is the same") {
    for (const ToneCurve tone : {ToneCurve::log, ToneCurve::filmic})
      for (const ColourRange range : {ColourRange::limited, ColourRange::full}) {
        UniverseSettings universe = universe_of(tone);
        universe.look.dither = false;
        const auto eight = make_cpu_engine(universe), ten = make_cpu_engine(universe);
        for (int frame = 0; frame < 40; ++frame) eight->step(), ten->step();
        const bool limited = range == ColourRange::limited;
        std::array<int, 4> between{};
        int most_luma = 0;
        each_sample(draw(*eight, 8, range), draw(*ten, 10, range),
                    [&](std::size_t plane, int coarse, int fine) {
                      const double neutral = plane == 0 ? 0 : 128;
                      const double scale = limited ? 4 : 1023.0 / 255;
                      const double exact = (fine - 4 * neutral) / scale + neutral;
                      if (std::abs(exact - coarse) > 0.7)  // half a level and half of a fine one
                        FAIL("plane " << plane << ": " << coarse << " and " << fine);
                      ++between[static_cast<std::size_t>(fine % 4)];
                      if (plane == 0) most_luma = std::max(most_luma, fine);
                    });
        for (const int samples : between) CHECK(samples > 1000);
        CHECK(most_luma > 400);
        CHECK(most_luma <= (limited ? 940 : 1023));
        Checkpoint one, other;
        eight->save(one);
        ten->save(other);
        CHECK(one == other);
      }
  }

  TEST_CASE("black and neutral are what they are in 10 bits, dithered or not") {
    UniverseSettings universe = universe_of(ToneCurve::log);
    universe.particles = 1;
    universe.look.bloom = 0;
    universe.look.background = 0;
    const auto engine = make_cpu_engine(universe);
    engine->step();
    const Planes picture = draw(*engine, 10);
    std::size_t black = 0, neutral = 0;
    each_sample(picture, picture, [&](std::size_t plane, int sample, int) {
      black += plane == 0 && sample == 64;
      neutral += plane > 0 && sample == 512;
    });
    CHECK(black > width * height * 9 / 10);
    CHECK(neutral > width * height * 9 / 20);
  }

  TEST_CASE("what cannot be drawn is refused") {
    const auto colour = make_cpu_engine(universe_of(ToneCurve::log));
    UniverseSettings published = universe_of(ToneCurve::log);
    published.look = {};
    const auto gray = make_cpu_engine(published);
    std::vector<std::uint16_t> memory(width * height);
    PictureTarget target;
    const auto refuses = [&](Engine& engine, const char* part) {
      CHECK_THROWS_WITH_AS(engine.draw(target), doctest::Contains(part), std::invalid_argument);
    };
    target.planes[0] = {reinterpret_cast<std::uint8_t*>(memory.data()), 2 * width};
    target.colour = {ColourMatrix::none, ColourRange::limited, 10};
    CHECK_NOTHROW(colour->draw(target));  // luma alone
    refuses(*gray, "8 bits a sample, not 10");
    target.colour.bit_depth = 12;
    refuses(*colour, "8 or 10 bits a sample, not 12");
    target.colour.bit_depth = 10;
    target.planes[0].stride_bytes = 2 * width - 2;
    refuses(*colour, "narrower");
    target.planes[0].stride_bytes = 2 * width + 1;
    refuses(*colour, "odd addresses");
  }

  TEST_CASE("no code value is larger than its samples hold") {
    CHECK(arithmetic::chroma_code_value<std::uint8_t>(255.5f, 0.75f) == 255);
    CHECK(arithmetic::chroma_code_value<std::uint8_t>(254.25f, 0.5f) == 254);
    CHECK(arithmetic::chroma_code_value<std::uint16_t>(1023.5f, 0.75f) == 1023);
    CHECK(arithmetic::chroma_code_value<std::uint16_t>(255.5f, 0.75f) == 256);
    const arithmetic::CodeRange full = arithmetic::code_range(false, 8);
    CHECK(arithmetic::luma_code_value(full.luma_gain, full.luma_offset + 255.0f / 256) == 255);
  }
}
