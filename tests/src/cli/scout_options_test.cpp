// SPDX-License-Identifier: GPL-2.0-or-later
// lifereel scout as people run it: killed and started again, in shares, and misunderstood.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/messages.h"
#include "tests/sanitizers.h"
#include "tests/src/cli/program.h"

using namespace lifereel::test;

namespace {

std::vector<std::string> scouting(const std::string& folder, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"scout",      "--size",  "320x270",  "--particles", "200",
                                 "--fps",      "20",      "--frames", "2000",        "--seeds",
                                 "1-24",       "--rungs", "200",      "--finalists", "2",
                                 "--no-films", "--quiet", "-o",       folder};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_SUITE("src.scout_options") {
  TEST_CASE("killed at any moment, the same command ends as if nothing had been") {
    const Program program;
    const Result whole = program.run(scouting("whole"));
    CHECK(whole.status == 0);
    CHECK(whole.out == "to look at      whole/index.html\n");
    // The first kills come before anything is there, later ones in the last runs.
    for (const int milliseconds : {5, 40, 150, 400}) {
      const pid_t child = program.start(scouting("killed"));
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
    CHECK(program.run(scouting("killed")).status == 0);
    for (const char* const name : {"/scout.csv", "/scout.json", "/index.html"})
      CHECK(read_file(program.path(std::string("killed") + name)) ==
            read_file(program.path(std::string("whole") + name)));
  }

  TEST_CASE("a share that others have to come before asks to be tried again") {
    const Program program;
    const Result first = program.run(scouting("shared", {"--share", "1/2"}));
    CHECK(first.status == 75);
    CHECK(first.out == "");
    CHECK(contains(first.err, "still to be run for 200 frames by other shares"));
    CHECK(program.run(scouting("shared", {"--share", "2/2"})).status == 75);
    CHECK(program.run(scouting("shared", {"--share", "1/2"})).status == 0);
    CHECK(program.run(scouting("shared")).status == 0);
  }

  TEST_CASE("shares that start together make one folder") {
    const Program program;
    for (int round = 0; round < (sanitized ? 1 : 3); ++round) {
      const std::string folder = "together" + std::to_string(round);
      std::vector<pid_t> shares;
      for (const char* const share : {"1/4", "2/4", "3/4", "4/4"})
        shares.push_back(program.start(scouting(folder, {"--share", share})));
      for (const pid_t share : shares) {
        int status = 0;
        waitpid(share, &status, 0);
        REQUIRE(WIFEXITED(status));
        const bool went_on = WEXITSTATUS(status) == 75 || WEXITSTATUS(status) == 0;
        CHECK(went_on);
      }
    }
  }

  TEST_CASE("a notice does not end a quiet scout" * doctest::skip(sanitized)) {
    const Program program;
    CHECK(program.run(scouting("noted")).status == 0);
    program.write("noted/records-other.txt", "run1 7 200 1 2\n");
    CHECK(program.run(scouting("noted")).status == 0);
  }

  TEST_CASE("what cannot be meant is answered in one line") {
    const Program program;
    const auto refused = [&](int status, const std::vector<std::string>& more) {
      std::vector<std::string> words{"scout", "--preset", "dvd_video"};
      words.insert(words.end(), more.begin(), more.end());
      return program.failure(status, words);
    };
    CHECK(contains(refused(2, {"-o", "s"}), "--seeds 1-5000"));
    CHECK(contains(refused(2, {"--seeds", "1-3"}), "a folder to write to: -o scout"));
    CHECK(contains(refused(2, {"--seeds", "9-3", "-o", "s"}), "'9-3' goes backwards: write 3-9"));
    CHECK(contains(refused(2, {"--seeds", "0-", "-o", "s"}), "is not seeds"));
    CHECK(contains(refused(2, {"--seeds", "1-3", "--seed", "4", "-o", "s"}), "leave --seed out"));
    CHECK(contains(refused(2, {"--seeds", "1-3", "--share", "4/3", "-o", "s"}), "is not K/N"));
    CHECK(contains(refused(2, {"--seeds", "1-3", "--rungs", "0", "-o", "s"}), "1 or more"));
    CHECK(contains(refused(2, {"--seeds", "1-3", "--keep", "0", "-o", "s"}), "1 or more"));
    CHECK(contains(refused(1, {"--seeds", "1-3", "--keep", "101", "-o", "s"}), "100 percent"));
    CHECK(contains(refused(2, {"--seeds", "1-3", "--matrix-family", "chain", "-o", "s"}),
                   "is not one of random, symmetric, chase, chains, snakes; did you mean chains?"));
    CHECK(contains(program.failure(2, {"scout", "--seeds", "1-3", "-o", "s"}), "as the film"));
    program.write("file", "x");
    CHECK(contains(refused(1, {"--seeds", "1-3", "-o", "file"}), "cannot make the folder 'file'"));
    CHECK_FALSE(std::filesystem::exists(program.path("s")));
  }
}
