// SPDX-License-Identifier: GPL-2.0-or-later
// Films whose pictures are files of their own.
#include "encoders/picture_files.h"

#include <doctest/doctest.h>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

FilmOutput still(const std::string& path) {
  FilmOutput output = film_output(path);
  output.still = true;
  return output;
}

std::string codec_of(const FilmOutput& output, const char* codec = "libx264") {
  const auto pictures = picture_files(film_settings(codec), output);
  return pictures ? pictures->settings.codec : "";
}

}  // namespace

TEST_SUITE_BEGIN("encoders.picture_files");

TEST_CASE("a number in the name is written as FFmpeg writes it") {
  CHECK(picture_path("a/f%05d.png", 42) == "a/f00042.png");
  CHECK(picture_path("f%d.png", 0) == "f0.png");
  CHECK(picture_path("f%02d.png", 12345) == "f12345.png");
  CHECK(picture_path("100%%_%3d.png", 7) == "100%_007.png");
  CHECK(picture_path("a%d/f.png", 7) == "a%d/f.png");  // the folder keeps its name
  for (const char* const plain :
       {"f.png", "100%.png", "f%s.png", "f%d%d.png", "f%%d.png", "f%.png", "f%99d.png", "%", "-"}) {
    CAPTURE(plain);
    CHECK(!has_picture_number(plain));
    CHECK(picture_path(plain, 7) == plain);
  }
}

TEST_CASE("pictures are what the extension says, and only where one or a number is wanted") {
  REQUIRE_ENCODER("png");
  REQUIRE_ENCODER("mjpeg");
  REQUIRE_ENCODER("bmp");
  CHECK(codec_of(film_output("f%d.png")) == "png");
  CHECK(codec_of(film_output("f%d.JPG")) == "mjpeg");
  CHECK(codec_of(still("f.bmp")) == "bmp");
  CHECK(codec_of(still("-")) == "png");
  CHECK(codec_of(still("-"), "mjpeg") == "mjpeg");
  CHECK(codec_of(still("-"), "ffv1") == "png");
  for (const char* const film : {"f.png", "f.webp", "f%d.mp4", "f%d.gif", "f%d.gray", "f%d", "-"}) {
    CAPTURE(film);
    CHECK(codec_of(film_output(film)).empty());
  }
  FilmSettings settings = film_settings("ffv1");
  settings.container = "matroska";
  CHECK(!picture_files(settings, film_output("f%d.png")));
  settings.container = "image2";
  CHECK(picture_files(settings, film_output("f%d.png")));

  const auto refusal = [](const FilmSettings& film, const FilmOutput& output) {
    return refusal_of([&] { static_cast<void>(resolve(film, output)); });
  };
  const FilmSettings usual = film_settings("ffv1");
  CHECK(contains(refusal(usual, film_output("f.png")), "film%05d.png"));
  CHECK(contains(refusal(usual, still("f.mp4")), "one frame makes a still picture"));
  CHECK(contains(refusal(usual, still("f.gif")), "has no extension of such"));
  CHECK(contains(refusal(settings, film_output("f.mkv")), "image2 is for pictures"));
}

TEST_CASE("pictures leave out what is a matter of films, and say so") {
  REQUIRE_ENCODER("png");
  FilmSettings settings = dvd_settings();
  settings.chunk_frames = 300;
  const auto pictures = picture_files(settings, film_output("f%d.png", 720, 480));
  REQUIRE(pictures);
  CHECK(contains(pictures->notice, "no use for these settings of a film: target, bitrate"));
  CHECK(pictures->settings.target == DiscTarget::none);
  CHECK(!pictures->settings.bitrate);
  CHECK(pictures->settings.chunk_frames == 0);
  CHECK(pictures->settings.aspect == settings.aspect);
  const ResolvedFilm film = resolve(settings, film_output("f%d.png", 720, 480));
  CHECK(film.settings.codec == "png");
  CHECK(film.pictures.pixel_format == PixelFormat::gray8);
  REQUIRE(film.notices.size() == 1);
  CHECK(film.notices[0] == pictures->notice);
  CHECK(resolve(film.settings, film_output("f%d.png", 720, 480)).settings == film.settings);
  CHECK(picture_files(film_settings("libx264"), film_output("f%d.png"))->notice.empty());
}

TEST_CASE("each picture is a whole file, and none is replaced unasked") {
  REQUIRE_ENCODER("png");
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("libx264");
  settings.codec_threads = 1;  // several keep pictures back
  FilmOutput output = film_output(folder.file("f%02d.png"), 64, 48);
  output.first_picture = 9;
  output.frames = 3;
  const std::vector<std::uint8_t> gray(64 * 48, 77);
  {
    Film film(settings, output);
    film.write_gray(gray.data());
    film.write_gray(gray.data());
    // What was made stays, whatever becomes of the rest.
  }
  CHECK(folder.names().size() == 2);
  CHECK(std::filesystem::exists(folder.file("f09.png")));
  CHECK(contains(refusal_of([&] { validate(settings, output); }), "f09.png"));
  output.overwrite = true;
  validate(settings, output);
  Film film(settings, output);
  for (int i = 0; i < 3; ++i) film.write_gray(gray.data());
  film.finish();
  CHECK(folder.names().size() == 3);
  CHECK(film.statistics().frames == 3);
  CHECK(film.statistics().file_bytes ==
        static_cast<std::int64_t>(3 * std::filesystem::file_size(folder.file("f11.png"))));
  FilmReader reader(folder.file("f11.png"));
  std::vector<std::uint8_t> luma;
  REQUIRE(reader.read_luma(luma));
  CHECK(reader.width() == 64);
}

TEST_SUITE_END();
