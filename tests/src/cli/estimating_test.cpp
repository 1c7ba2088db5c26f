// SPDX-License-Identifier: GPL-2.0-or-later
// What a film will cost, on the command line.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "tests/messages.h"
#include "tests/sanitizers.h"
#include "tests/src/cli/program.h"
#include "tests/src/json_check.h"

using namespace lifereel;
using test::contains;
using test::Program;
using test::Result;

namespace {

const std::string small = " --size 352x288 --particles 700 --codec ffv1 --engine cpu --threads 1 ";

}  // namespace

TEST_SUITE("src.estimating") {
  TEST_CASE("an estimate is made once and kept") {
    const Program program;
    const std::string command =
        "XDG_CACHE_HOME=$PWD/cache \"$0\" estimate" + small + "--frames 200 --probe 0.1";
    const Result first = program.shell(command);
    CHECK(first.status == 0);
    CHECK(contains(first.out, "film        200 frames, about "));
    CHECK(contains(first.out, "measured now"));
    const Result second = program.shell(command + " --json -");
    CHECK(test::is_json(second.out));
    CHECK(contains(second.out, "\"source\": \"kept\""));
    CHECK(contains(program.shell(command + " --anew").out, "measured now"));
    program.shell("rm -r cache && touch cache");  // where no folder can be made
    CHECK(contains(program.shell(command).out, "measured now"));
    CHECK(program.shell("\"$0\" estimate --probe 0 --frames 9").status == 2);
    CHECK(contains(program.shell("\"$0\" estimate").err, "the length is missing"));
  }

  TEST_CASE("a render says before what it will cost, and afterwards what it did") {
    const Program program;
    const std::string render = "XDG_CACHE_HOME=$PWD/cache \"$0\" render" + small;
    const Result brief = program.shell(render + "--frames 30 -o brief.mkv");
    CHECK(brief.status == 0);
    CHECK_FALSE(contains(brief.out, "this will take"));  // nor does it
    CHECK(contains(brief.out, "\na frame     "));
    const Result film = program.shell(render + "--frames 700 -o film.mkv --stats film.json");
    CHECK(film.status == 0);
    CHECK(contains(film.out, "lifereel: this will take about "));
    CHECK(contains(film.out, "\nestimated   "));
    const std::string stats = test::read_file(program.path("film.json"));
    CHECK(test::is_json(stats));
    CHECK(contains(stats, "\"step_ms\""));
    CHECK(contains(stats, "\"lane_busy_seconds\""));
    CHECK(contains(stats, "\"peak_memory_bytes\""));
    CHECK(program.shell(render + "--frames 700 -o quiet.mkv --quiet").out.empty());
  }

  TEST_CASE("a quality stands under what is given by key, and in no film" *
            doctest::skip(test::sanitized)) {
    const Program program;
    const auto settings_of = [&](const std::string& options) {
      const Result film = program.shell("\"$0\" render --quiet --overwrite --frames 2 -o f.mkv " +
                                        options + " && \"$0\" presets --from f.mkv");
      CHECK(film.err == "");
      return film.out;
    };
    const std::string draft = settings_of("--quality draft --engine cpu");
    CHECK(contains(draft, "size = 960x540"));
    CHECK(contains(draft, "fps = 12\n"));
    CHECK(contains(draft, "crf = 28"));
    CHECK_FALSE(contains(draft, "quality"));
    program.write("mine.cfg", "look = aurora\nsize = 320x288\ncrf = 33\n");
    for (const std::string options : {"--quality draft --config mine.cfg --bloom 0.5",
                                      "--bloom 0.5 --config mine.cfg --quality draft"}) {
      const std::string mine = settings_of(options);
      CHECK(contains(mine, "size = 320x288"));
      CHECK(contains(mine, "crf = 33"));
      CHECK(contains(mine, "bloom = 0.5"));
      CHECK(contains(mine, "fps = 12\n"));
    }
    CHECK(contains(settings_of("--from f.mkv --quality draft --size 352x288"), "crf = 28"));
  }

  TEST_CASE("what no quality can do is said before the first frame") {
    const Program program;
    const auto error_of = [&](const std::string& options, int status) {
      const Result result = program.shell("\"$0\" render --quiet -o f.mpg " + options);
      CHECK(result.status == status);
      CHECK_FALSE(std::filesystem::exists(program.path("f.mpg")));
      return result.err;
    };
    CHECK(contains(error_of("--frames 9 --quality best", 2), "is not one of draft, preview"));
    CHECK(contains(error_of("--frames 9 --within 1h", 2), "--quality auto"));
    CHECK(contains(error_of("--preset dvd_video --quality max", 1), "a DVD holds 4.70 GB"));
    CHECK(contains(error_of("--preset dvd_video --quality auto --within 1s", 1),
                   "no quality can be had within 1.0 s"));
  }

  TEST_CASE("auto takes what ends in time, and says so" * doctest::skip(test::sanitized)) {
    const Program program;
    const Result film = program.shell(
        "XDG_CACHE_HOME=$PWD/cache \"$0\" render --quality auto --within 500h --frames 3" + small +
        "-o f.mkv");
    CHECK(film.status == 0);
    CHECK(contains(film.out, "quality max takes about "));
  }

  TEST_CASE("info explains the machine") {
    const Program program;
    const Result info = program.shell("\"$0\" info");
    CHECK(info.status == 0);
    CHECK(contains(info.out, "\nprocessors    "));
    CHECK(contains(info.out, "by affinity"));
    CHECK(contains(info.out, "\ndvd_video_pal "));
    CHECK(test::is_json(program.shell("\"$0\" info --json").out));
  }
}
