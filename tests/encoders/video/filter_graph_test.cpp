// SPDX-License-Identifier: GPL-2.0-or-later
// Filter chains make as many pictures as they do in ffmpeg, and may keep any number.
#include <doctest/doctest.h>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

TEST_SUITE_BEGIN("encoders.filter_graph");

TEST_CASE("pictures are counted as ffmpeg does, however many the chain keeps") {
  REQUIRE_ENCODER("ffv1");
  struct Case {
    const char* filter;
    int rate, pictures, made;
    const char* chain;
  };
  const Case cases[] = {
      {"fps", 20, 200, 250, "fps=25"},
      {"fps", 30, 30, 60, "fps=60"},
      {"tpad", 30, 30, 60, "tpad=stop=30:stop_mode=clone"},
      {"reverse", 20, 60, 60, "reverse"},
      {"tmix", 20, 60, 60, "tmix=frames=30"},
      {"trim", 20, 60, 10, "trim=end_frame=10"},
      {"thumbnail", 20, 60, 2, "thumbnail=30"},
      {"palettegen", 20, 20, 20, "split[a][b];[a]palettegen[p];[b][p]paletteuse,format=yuv420p"}};
  const TemporaryFolder folder;
  for (const Case& one : cases) {
    if (!has_filter(one.filter)) continue;
    CAPTURE(one.chain);
    FilmSettings settings = film_settings("ffv1", {one.rate, 1});
    settings.filter = one.chain;
    FilmOutput output = film_output(folder.file("a.mkv"), 64, 48);
    output.overwrite = true;
    FilmStatistics statistics;
    CHECK(make_film(settings, output, one.pictures, &statistics) <= 1);
    CHECK(statistics.frames == one.made);
  }
}

TEST_CASE("a reversed film is the film from its end") {
  REQUIRE_ENCODER("ffv1");
  if (!has_filter("reverse")) return;
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("ffv1");
  settings.filter = "reverse";
  make_film(settings, film_output(folder.file("a.mkv"), 64, 48), 40);
  FilmReader reader(folder.file("a.mkv"));
  std::vector<std::uint8_t> luma;
  for (int frame = 39; frame >= 0; --frame) {
    REQUIRE(reader.read_luma(luma));
    CHECK(luma == Blobs(64, 48).draw(frame));
  }
}

TEST_CASE("an encoder that refuses what a chain makes is known before the first picture") {
  REQUIRE_ENCODER("mpeg2video");
  if (!has_filter("fps")) return;
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("mpeg2video", {25, 1});
  settings.filter = "fps=7/3";
  const std::string error =
      error_of([&] { Film(settings, film_output(folder.file("a.mkv"), 64, 48)); });
  CHECK(contains(error,
                 "the encoder mpeg2video does not take pictures of 64x48 in yuv420p, 7/3 a "
                 "second"));
  CHECK(folder.names().empty());
}

TEST_CASE("what a chain keeps in memory is known beforehand") {
  const auto pictures_kept = [](const char* chain, std::int64_t frames) {
    FilmSettings settings = film_settings("rawvideo");
    settings.filter = chain;
    const ResolvedFilm film = resolve(settings, film_output("a.mkv", 64, 48));
    constexpr std::int64_t picture_bytes = 64 * 48 * 3 / 2;
    return static_cast<std::int64_t>(filter_memory_bytes(film, frames)) / picture_bytes;
  };
  constexpr std::int64_t frames = 1'000'000;
  CHECK(pictures_kept("", frames) == 0);
  CHECK(pictures_kept("hflip", frames) == 0);
  if (!has_filter("reverse") || !has_filter("tmix") || !has_filter("paletteuse")) return;
  CHECK(pictures_kept("reverse", frames) == frames);
  CHECK(pictures_kept("scale=128:96,reverse", frames) == 4 * frames);
  CHECK(pictures_kept("trim=end_frame=10,reverse", frames) == 0);
  CHECK(pictures_kept("tmix=frames=30", frames) == 30);
  CHECK(pictures_kept("tmix=frames=30", 8) == 8);
  CHECK(pictures_kept("loop=loop=2:size=100", frames) == 100);
  // In 32-bit colour.
  CHECK(pictures_kept("split[a][b];[a]palettegen[p];[b][p]paletteuse", frames) == frames * 8 / 3);
  CHECK(pictures_kept("split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1",
                      frames) == 0);
}

TEST_SUITE_END();
