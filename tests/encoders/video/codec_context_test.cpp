// SPDX-License-Identifier: GPL-2.0-or-later
// What encoders are told before they are opened.
#include "encoders/video/codec_context.h"

#include <doctest/doctest.h>

#include <climits>

#include "encoders/video/chunk_rules.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

TEST_SUITE_BEGIN("encoders.codec_context");

TEST_CASE("what a chunk may miss its size by stays a number, whatever the bit rate") {
  REQUIRE_ENCODER("mpeg2video");
  const auto tolerance = [](std::int64_t bitrate, int chunk_frames) {
    FilmSettings settings = film_settings("mpeg2video", {25, 1});
    settings.bitrate = bitrate;
    settings.chunk_frames = chunk_frames;
    return make_codec_context(resolve_encoding(settings))->bit_rate_tolerance;
  };
  CHECK(tolerance(4'000'000, 36) == 3'000'000);
  CHECK(tolerance(2'800'000'000, 36) == 2'100'000'000);
  CHECK(tolerance(2'900'000'000, 36) == INT_MAX);
  CHECK(tolerance(INT64_MAX, 36) == INT_MAX);
  CHECK(tolerance(2'900'000'000, 0) == tolerance(4'000'000, 0));
}

TEST_CASE("an encoder's list of parameters has ours before the user's") {
  REQUIRE_ENCODER("libx264");
  FilmSettings settings = film_settings("libx264");
  settings.codec_options = {{"x264-params", "ref=2"}, {"tune", "film"}};
  const auto list = [&] {
    for (const auto& [key, value] : codec_options(resolve_encoding(settings), 320, 240))
      if (key == "x264-params") return value;
    return std::string();
  };
  CHECK(list() == "cpu-independent=1:ref=2");
  settings.chunk_frames = 100;
  CHECK(list() == "cpu-independent=1:stitchable=1:ref=2");
}

TEST_SUITE_END();
