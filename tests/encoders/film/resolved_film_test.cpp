// SPDX-License-Identifier: GPL-2.0-or-later
// What films come to.
#include <doctest/doctest.h>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

TEST_SUITE_BEGIN("encoders.resolved_film");

TEST_CASE("a disc decides what was not asked for, and how it is cut") {
  REQUIRE_ENCODER("mpeg2video");
  FilmSettings settings = dvd_settings();
  settings.bitrate.reset();
  settings.aspect.reset();
  settings.chunk_frames = FilmSettings::automatic_chunks;
  const ResolvedFilm film = resolve(settings, film_output("film.mpg", 720, 480));
  CHECK(film.settings.bitrate == 6'000'000);
  CHECK(film.settings.maxrate == 9'000'000);
  CHECK(film.settings.bufsize == 1'835'008);
  CHECK(film.settings.audio_bitrate == 192'000);
  CHECK(film.settings.gop == 18);
  CHECK(film.settings.aspect == Rational{16, 9});
  CHECK(film.settings.container == "dvd");
  CHECK(film.settings.codec_threads == 1);
  CHECK(film.settings.chunk_frames == chunk_frames(settings));
  CHECK(film.settings.chunk_frames > 0);
  REQUIRE(film.chunk_rate);
  CHECK(film.chunk_rate->bufsize == 1'835'008 / 2);
  CHECK(film.chunk_rate->maxrate < 9'000'000);
  CHECK(film.width == 720);
  CHECK(film.height == 480);
  CHECK(film.pictures.pixel_format == PixelFormat::yuv420p);
  // Nothing is left to decide.
  CHECK(resolve(film.settings, film_output("film.mpg", 720, 480)).settings == film.settings);
}

TEST_CASE("the extension decides the container, and of raw films the format") {
  const FilmSettings settings = film_settings("rawvideo");
  const auto at = [&](const std::string& path) { return resolve(settings, film_output(path)); };
  CHECK(at("a.y4m").settings.container == "yuv4mpegpipe");
  CHECK(at("a.yuv").settings.container == "rawvideo");
  CHECK(at("a.mkv").settings.container == "matroska");
  CHECK(at("a.yuv").pictures.pixel_format == PixelFormat::yuv420p);
  CHECK(at("a.gray").pictures.pixel_format == PixelFormat::gray8);
  CHECK_FALSE(at("a.yuv").filtered_pixel_format);
  FilmSettings filtered = settings;
  filtered.filter = "hflip";
  const ResolvedFilm film = resolve(filtered, film_output("a.gray"));
  CHECK(film.pictures.pixel_format == PixelFormat::yuv420p);
  CHECK(film.filtered_pixel_format == PixelFormat::gray8);
}

TEST_CASE("a program stream that is not for a disc is remarked on") {
  const auto notices = [](const char* codec, const char* path) {
    return join(resolve(film_settings(codec, {25, 1}), film_output(path)).notices);
  };
  REQUIRE_ENCODER("libx264");
  CHECK(contains(notices("libx264", "a.mpg"), "few players expect h264 in an MPEG program stream"));
  CHECK(notices("libx264", "a.mp4").empty());
  REQUIRE_ENCODER("mpeg2video");
  CHECK(notices("mpeg2video", "a.mpg").empty());
  CHECK(resolve(dvd_settings(), film_output("a.mpg", 720, 480)).notices.empty());
}

TEST_CASE("whether the path can be written is another question") {
  const FilmOutput output = film_output("/no/such/folder/film.yuv");
  const FilmSettings settings = film_settings("rawvideo");
  CHECK(resolve(settings, output).settings.container == "rawvideo");
  CHECK(contains(error_of([&] { validate(settings, output); }), "/no/such/folder"));
}

TEST_SUITE_END();
