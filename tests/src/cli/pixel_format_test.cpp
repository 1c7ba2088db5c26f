// SPDX-License-Identifier: GPL-2.0-or-later
// --pixel-format as people type it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/encoders/films.h"
#include "tests/messages.h"
#include "tests/src/cli/program.h"

using namespace lifereel::test;

namespace {

std::vector<std::string> film(std::vector<std::string> more) {
  std::vector<std::string> words{"render", "--frames", "6", "--quiet", "--pixel-format"};
  words.insert(words.end(), more.begin(), more.end());
  return with_small_universe(words);
}

}  // namespace

TEST_SUITE("src.cli.pixel_format") {
  TEST_CASE("both of its names make a film of 10 bits, which renders itself again") {
    const Program program;
    for (const char* const name : {"yuv420p10", "yuv420p10le"}) {
      const std::string file = std::string(name) + ".mkv";
      CHECK(program.run(film({name, "--codec", "ffv1", "-o", file})).status == 0);
      CHECK(contains(program.run({"presets", "--from", file}).out, "pixel-format = yuv420p10\n"));
      CHECK(program.run({"verify", "--against-universe", file}).status == 0);
      CHECK(program.run({"render", "--from", file, "--quiet", "-o", "again.mkv", "--overwrite"})
                .status == 0);
      CHECK(read_file(program.path("again.mkv")) == read_file(program.path(file)));
    }
    CHECK(program.run(film({"yuv420p", "--codec", "ffv1", "-o", "8.mkv"})).status == 0);
    CHECK_FALSE(contains(program.run({"presets", "--from", "8.mkv"}).out, "pixel-format"));
  }

  TEST_CASE("what cannot be made of 10 bits is refused in one sentence, and leaves nothing") {
    const Program program;
    struct Case {
      std::vector<std::string> words;
      const char* sentence;
    };
    for (const Case& one : {
             Case{{"yuv420p10", "--codec", "mpeg2video", "-o", "film.mpg"},
                  "the encoder mpeg2video has no 10 bits a sample; set --pixel-format yuv420p, or"},
             Case{{"yuv420p10", "--look", "published", "-o", "film.mkv"}, "set --look aurora or"},
             Case{{"yuv420p10", "--codec", "rawvideo", "-o", "film.avi"}, "name the film .nut"},
         }) {
      CAPTURE(one.words.back());
      CHECK(contains(program.failure(1, film(one.words)), one.sentence));
      CHECK_FALSE(std::filesystem::exists(program.path(one.words.back())));
    }
    CHECK(contains(program.failure(2, film({"yuv444p", "-o", "film.mkv"})),
                   "'yuv444p' is not one of yuv420p, yuv420p10"));
    CHECK(contains(program.failure(1, {"hash", "--preset", "dvd_video", "--frames", "1",
                                       "--pixel-format", "yuv420p10"}),
                   "the look published has 8 bits"));
    CHECK(contains(program.failure(1, {"render", "--preset", "dvd_video", "--look", "aurora",
                                       "--pixel-format", "yuv420p10", "-o", "film.mpg"}),
                   "ntsc-dvd has 8 bits a sample; set --pixel-format yuv420p"));
  }
}
