// SPDX-License-Identifier: GPL-2.0-or-later
// Films for discs, as people ask for them.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/messages.h"
#include "tests/programs_on_path.h"
#include "tests/src/cli/program.h"

using namespace lifereel;
using test::contains;
using test::Program;
using test::Result;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

const Words short_dvd{"render", "--preset", "dvd_video", "--frames", "45"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_SUITE("src.disc_options") {
  TEST_CASE("options that answer one question twice are refused") {
    const Program program;
    const auto failure = [&](int status, const Words& more) {
      return program.failure(status, with({"render", "--preset", "dvd_video"}, more));
    };
    CHECK(contains(failure(2, {"--fill", "-o", "f.mpg"}), "name it, --disc dvd"));
    CHECK(
        contains(failure(2, {"--disc", "dvd", "--crf", "3", "-o", "f.mpg"}), "--crf is a quality"));
    CHECK(contains(failure(2, {"--disc", "dvd", "--quality", "max", "-o", "f.mpg"}),
                   "so does --quality"));
    CHECK(contains(failure(2, {"--disc", "dvd", "--fill", "--seconds", "9", "-o", "f.mpg"}),
                   "--fill chooses the length"));
    CHECK(contains(failure(2, {"--keep", "k.mpg", "-o", "f.mpg"}), "name it, -o disc.iso"));
    CHECK(contains(failure(2, {"--extras", ".", "-o", "f.mpg"}), "--extras come on a disc"));
    CHECK(contains(failure(2, {"--finish-on-interrupt", "-o", "d.iso"}),
                   "leave "
                   "--finish-on-interrupt out"));
    CHECK(contains(failure(1, {"--disc", "dvdr", "-o", "f.mpg"}), "did you mean dvd"));
    CHECK(contains(failure(1, {"--disc", "cd", "--bitrate", "4400k", "-o", "f.mpg"}),
                   "make it no longer than --seconds "));
    CHECK(contains(failure(1, {"--label", "lower", "-o", "d.iso"}), "set --label LOWER"));
    CHECK_FALSE(fs::exists(program.path("f.mpg")));
    CHECK_FALSE(fs::exists(program.path("d.iso")));
  }

  TEST_CASE("a film is fitted, and its disc made, in one go") {
    const Program program;
    const Result film = program.run(with(short_dvd, {"--disc", "2500000", "-o", "f.mpg"}));
    CAPTURE(film.err);
    CHECK(film.status == 0);
    CHECK(contains(film.out, "lifereel: --bitrate "));
    CHECK(contains(film.out, "disc            an image of 2."));
    const Result disc = program.run(
        with(short_dvd, {"--disc", "2500000", "-o", "d.iso", "--keep", "f.mpg", "--quiet"}));
    CHECK(disc.status == 0);
    CHECK(contains(disc.out, "to burn         growisofs"));
    CHECK(fs::exists(program.path("d.iso")));
    CHECK(fs::exists(program.path("f.mpg")));
    CHECK(fs::file_size(program.path("d.iso")) <= 2'500'000);
    const Result estimate = program.run({"estimate", "--preset", "dvd_video", "--frames", "45",
                                         "--probe", "0.2", "--disc", "2500000"});
    CHECK(estimate.status == 0);
    CHECK(estimate.out.starts_with("--bitrate "));
  }

  TEST_CASE("a second signal ends a program that does not end by itself") {
    const test::ProgramsOnPath programs;
    programs.add("dvdauthor", "trap '' TERM INT HUP; echo $$ > pid; sleep 600 & wait; sleep 600");
    const Program program;
    const pid_t child = program.start(with(short_dvd, {"-o", "d.iso", "--quiet"}));
    const auto pid_file = [&]() -> fs::path {
      for (const auto& entry : fs::directory_iterator(program.path("")))
        if (entry.is_directory() && fs::exists(entry.path() / "pid")) return entry.path() / "pid";
      return {};
    };
    for (int i = 0; i < 6000 && pid_file().empty(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE_FALSE(pid_file().empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const int author = std::atoi(test::read_file(pid_file()).c_str());
    kill(child, SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    kill(child, SIGINT);
    const Result result = program.wait(child);
    CHECK(result.status == 128 + SIGINT);
    CHECK(contains(result.err, "the film is finished and stays, 'd.mpg', and the same command"));
    CHECK(kill(author, 0) != 0);
    CHECK(fs::exists(program.path("d.mpg")));
    CHECK(pid_file().empty());  // its folder is gone
  }
}
