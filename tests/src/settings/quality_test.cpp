// SPDX-License-Identifier: GPL-2.0-or-later
// One word for quality, over presets and under what is given by key.
#include <doctest/doctest.h>

#include <string>

#include "src/settings.h"
#include "tests/messages.h"

using namespace lifereel;
using test::contains;
using test::error_of;

namespace {

RenderSettings preset_at(const char* preset, Quality quality) {
  RenderSettings settings;
  apply_quality(settings, quality);
  apply_preset(settings, preset);
  return settings;
}

std::string size_of(const RenderSettings& settings) {
  return std::to_string(settings.universe.width) + "x" + std::to_string(settings.universe.height);
}

}  // namespace

TEST_SUITE("src.quality") {
  TEST_CASE("qualities have names") {
    for (const Quality quality :
         {Quality::draft, Quality::preview, Quality::production, Quality::max})
      CHECK(quality_of(quality_name(quality)) == quality);
    CHECK_FALSE(quality_of("auto"));
    CHECK_FALSE(quality_of("Draft"));
  }

  TEST_CASE("a film keeps its shape, its duration and, up to a number, its density") {
    const RenderSettings film = preset_at("film_1080p", Quality::draft);
    CHECK(size_of(film) == "960x540");
    CHECK(film.film.frames_per_second == Rational{12, 1});
    CHECK(film.frames == 720);
    CHECK(film.film.crf == 28);
    CHECK(film.film.codec_preset == "veryfast");
    CHECK(film.universe.particles == 2500);
    CHECK(size_of(preset_at("phone", Quality::preview)) == "720x1280");
    CHECK(size_of(preset_at("panoramic", Quality::max)) == "7680x2160");
    CHECK(size_of(preset_at("panoramic", Quality::production)) == "3840x1080");
    CHECK(preset_at("film_4k", Quality::production).universe.particles == 15000);
    RenderSettings without;
    apply_quality(without, Quality::preview);
    CHECK(size_of(without) == "1280x720");
    const RenderSettings data_disc = preset_at("dvd_mp4", Quality::production);
    CHECK(size_of(data_disc) == "1920x1080");
    CHECK_FALSE(data_disc.film.aspect);
    CHECK_FALSE(data_disc.film.bitrate);
    CHECK_FALSE(data_disc.film.maxrate);
    CHECK(data_disc.frames == 7.5 * 3600 * 24);
  }

  TEST_CASE("a draft has less of a look, also of one that is chosen later") {
    RenderSettings film = preset_at("film_1080p", Quality::draft);
    CHECK(film.universe.look.bloom == 0);
    apply_setting(film, "look", "neon", "test");
    CHECK(film.universe.look.bloom == 0);
    CHECK(film.universe.look.grain == 0);
    apply_setting(film, "bloom", "2", "test");
    CHECK(film.universe.look.bloom == 2);
    RenderSettings full;
    apply_preset(full, "film_1080p");
    CHECK(preset_at("film_1080p", Quality::max).universe.look == full.universe.look);
  }

  TEST_CASE("what is given by key wins") {
    RenderSettings film;
    apply_quality(film, Quality::draft);
    apply_config_text(film, "preset = film_1080p\ncrf = 40\nparticles = 9000\n", "test");
    CHECK(film.film.crf == 40);
    CHECK(film.universe.particles == 9000);
    CHECK(size_of(film) == "960x540");
    film = {};
    apply_quality(film, Quality::draft);
    apply_setting(film, "size", "1920x1080", "test");
    CHECK(film.universe.particles == 2500);
  }

  TEST_CASE("a disc keeps its standard, and what has no room on it is refused") {
    RenderSettings disc = preset_at("dvd_video_pal", Quality::draft);
    CHECK(size_of(disc) == "720x576");
    CHECK(disc.film.frames_per_second == Rational{25, 1});
    CHECK(disc.film.bitrate == 2'200'000);
    CHECK_FALSE(disc.film.crf);
    settle_quality(disc);
    disc = preset_at("dvd_video", Quality::max);
    CHECK(contains(error_of([&] { settle_quality(disc); }), "a DVD holds 4.70 GB"));
    disc.frames = 3600;
    settle_quality(disc);
    CHECK(disc.film.bitrate == 8'000'000);
    disc.output = "film.mpg";
    CHECK(error_of([&] { validate(disc); }).empty());
  }

  TEST_CASE("a crf goes where an encoder has none, or a bitrate is given") {
    RenderSettings film = preset_at("film_1080p", Quality::production);
    apply_setting(film, "codec", "ffv1", "test");
    settle_quality(film);
    CHECK_FALSE(film.film.crf);
    CHECK_FALSE(film.film.codec_preset);
    film = preset_at("film_1080p", Quality::production);
    apply_setting(film, "bitrate", "5M", "test");
    settle_quality(film);
    CHECK_FALSE(film.film.crf);
    CHECK(film.film.codec_preset == "medium");
  }

  TEST_CASE("a film says what its quality came to, in keys") {
    RenderSettings film = preset_at("film_4k", Quality::preview);
    settle_quality(film);
    RenderSettings again;
    apply_config_text(again, print_config(film), "test");
    CHECK(print_config(again) == print_config(film));
    CHECK(again.universe == film.universe);
    CHECK(again.film == film.film);
    CHECK_FALSE(film.quality);
    CHECK(error_of([&] { apply_setting(film, "quality", "draft", "test"); }) != "");
  }
}
