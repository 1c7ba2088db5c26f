// SPDX-License-Identifier: GPL-2.0-or-later
// Measures of planes mean the same whatever bits their samples have.
#include "src/pictures/planes.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "src/pictures/contact_sheet.h"
#include "src/pictures/still.h"

using namespace lifereel;

namespace {

constexpr int width = 64, height = 48;

/// A plane of so many bits: what `of_8_bits` says at each place, and `finer` levels more.
struct Plane {
  template <class Of8Bits>
  Plane(int bits, const Of8Bits& of_8_bits, int finer = 0) : bit_depth(bits) {
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const int sample = (of_8_bits(x, y) << (bits - 8)) + finer;
        bytes.push_back(static_cast<std::uint8_t>(sample));
        if (bits > 8) bytes.push_back(static_cast<std::uint8_t>(sample >> 8));
      }
  }
  PlaneView view() const {
    return {bytes.data(), width * sample_bytes(bit_depth), width, height, bit_depth};
  }
  int bit_depth;
  std::vector<std::uint8_t> bytes;
};

int ramp(int x, int y) { return 16 + (3 * x + 2 * y) % 200; }
int brighter(int x, int y) { return ramp(x, y) + 5; }
int striped(int x, int y) { return ramp(x, y) + (x % 4 < 2 ? 12 : 0); }

}  // namespace

TEST_SUITE("src.planes") {
  TEST_CASE("brightness and motion are in levels of 8 bits") {
    const Plane eight(8, ramp);
    for (const int bits : {8, 10, 12, 16}) {
      const Plane plane(bits, ramp), moved(bits, brighter), near(bits, ramp, bits > 8 ? 3 : 0);
      CAPTURE(bits);
      CHECK(brightness(plane.view()).mean == doctest::Approx(brightness(eight.view()).mean));
      CHECK(brightness(plane.view()).maximum == brightness(eight.view()).maximum);
      CHECK(differs(plane.view(), moved.view()));
      CHECK_FALSE(differs(plane.view(), near.view()));
      CHECK(sample(plane.view(), 5, 7) == ramp(7, 5) << (bits - 8));
    }
  }

  TEST_CASE("decibels are against the peak of the samples") {
    const Plane a(10, ramp), b(10, ramp, 1), c(8, ramp), d(8, brighter);
    CHECK(std::isinf(decibels(mean_square_difference(a.view(), a.view()))));
    CHECK(decibels(mean_square_difference(a.view(), b.view())) ==
          doctest::Approx(20 * std::log10(1023.0)));
    CHECK(decibels(mean_square_difference(c.view(), d.view())) ==
          doctest::Approx(20 * std::log10(255.0 / 5)));
    // Of two depths the larger counts.
    CHECK(mean_square_difference(a.view(), c.view()) == 0);
    CHECK(decibels(mean_square_difference(b.view(), c.view())) ==
          doctest::Approx(20 * std::log10(1023.0)));
    CHECK_FALSE(differs(a.view(), c.view()));
    CHECK(differs(d.view(), a.view()));
  }

  TEST_CASE("similarity is the same of the same pictures") {
    const Plane eight(8, ramp), other(8, striped);
    const double expected = structural_similarity(eight.view(), other.view());
    CHECK(expected < 0.95);
    for (const int bits : {10, 12, 16}) {
      const Plane a(bits, ramp), b(bits, striped);
      CHECK(structural_similarity(a.view(), a.view()) == doctest::Approx(1));
      CHECK(std::abs(structural_similarity(a.view(), b.view()) - expected) < 0.002);
      CHECK(std::abs(structural_similarity(eight.view(), b.view()) - expected) < 0.002);
    }
  }

  TEST_CASE("what is scaled keeps its bits") {
    const auto flat = [](int, int) { return 77; };
    const Plane plane(10, flat, 3);
    const std::vector<std::uint8_t> small = scaled(plane.view(), 5, 4);
    REQUIRE(small.size() == 2 * 5 * 4);
    CHECK(is_uniform({small.data(), 10, 5, 4, 10}, 77 * 4 + 3));
  }

  TEST_CASE("stills are rounded to 8 bits") {
    const auto still = [](int y, int cb, int cr, ColourRange range, int bits) {
      const auto sample = [](const int& value, int depth) {
        return PlaneView{reinterpret_cast<const std::uint8_t*>(&value), 2, 1, 1, depth};
      };
      return to_still({{sample(y, bits), sample(cb, bits), sample(cr, bits)},
                       3,
                       {ColourMatrix::bt709, range, bits}})
          .samples;
    };
    using Samples = std::vector<std::uint8_t>;
    CHECK(still(64, 512, 512, ColourRange::limited, 10) == Samples{0});
    CHECK(still(940, 512, 512, ColourRange::limited, 10) == Samples{255});
    CHECK(still(940, 512, 512, ColourRange::full, 10) == Samples{234});
    for (int gray = 0; gray < 256; ++gray) {
      const int code = 64 + static_cast<int>(std::lround(876.0 * gray / 255));
      REQUIRE(still(code, 512, 512, ColourRange::limited, 10) ==
              Samples{static_cast<std::uint8_t>(gray)});
    }
    for (const int y : {60, 126, 200})
      CHECK(still(4 * y, 4 * 100, 4 * 180, ColourRange::limited, 10) ==
            still(y, 100, 180, ColourRange::limited, 8));
  }

  TEST_CASE("a contact sheet takes pictures of 10 bits") {
    const Plane luma(10, striped), chroma(10, ramp);
    ContactSheet sheet(1, width, height, 1);
    PictureView picture;
    picture.plane_count = 3;
    picture.planes[0] = luma.view();
    picture.planes[1] = picture.planes[2] = chroma.view();
    picture.colour.bit_depth = 10;
    CHECK_NOTHROW(sheet.add(picture, "00:00"));
  }
}
