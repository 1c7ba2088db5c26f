// SPDX-License-Identifier: GPL-2.0-or-later
// H.264 that players refuse is announced.
#include "encoders/video/avc_profile.h"

#include <doctest/doctest.h>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

TEST_SUITE_BEGIN("encoders.avc_profile");

TEST_CASE("the first sequence parameter set tells") {
  const std::vector<std::uint8_t> stream = {0, 0, 1, 0x06, 5, 0, 0, 0, 1, 0x67, 244, 0, 60, 1};
  const std::optional<AvcProfile> found = find_avc_profile(stream);
  REQUIRE(found);
  CHECK(found->profile == 244);
  CHECK(found->level == 60);
  CHECK_FALSE(find_avc_profile({}));
  CHECK_FALSE(find_avc_profile(std::vector<std::uint8_t>{0, 0, 1, 0x67, 244, 0}));
  CHECK(avc_notices({100, 52}).empty());
  CHECK(avc_notices({244, 60}).size() == 2);
}

TEST_CASE("a film's warnings tell of a profile and a level that players lack") {
  REQUIRE_ENCODER("libx264");
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("libx264");
  const auto warnings = [&](const std::string& name, int width = 320, int height = 240) {
    FilmStatistics statistics;
    make_film(settings, film_output(folder.file(name), width, height), 2, &statistics);
    return join(statistics.warnings, "\n");
  };
  CHECK(warnings("usual.mp4").empty());
  settings.crf = 0;
  CHECK(contains(warnings("global.mp4"), "High 4:4:4 Predictive"));
  // Its header is in the first packet.
  CHECK(contains(warnings("local.ts"), "crf of 1 or more"));
  settings.crf = 40;
  settings.codec_preset = "ultrafast";
  CHECK(contains(warnings("large.mp4", 7680, 2160), "level 6.0"));
}

TEST_SUITE_END();
