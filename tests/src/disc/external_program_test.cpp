// SPDX-License-Identifier: GPL-2.0-or-later
// Programs of others: missing, failing, ended, hanging, and talking.
#include "src/disc/external_program.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "src/disc.h"
#include "src/errors.h"
#include "tests/messages.h"
#include "tests/programs_on_path.h"

using namespace lifereel;
using test::contains;
using test::error_of;

namespace {

/// Runs a script as the program "tool"; returns its lines.
std::vector<std::string> lines_of(const std::string& script) {
  const test::ProgramsOnPath programs;
  programs.add("tool", script);
  std::vector<std::string> lines;
  ExternalProgram::Run run;
  run.arguments = {"one", "two words"};
  run.line = [&](std::string_view line) { lines.emplace_back(line); };
  ExternalProgram("tool", "tool-package").run(run, nullptr);
  return lines;
}

bool runs(const std::string& pid) { return kill(std::atoi(pid.c_str()), 0) == 0; }

}  // namespace

TEST_SUITE("src.external_program") {
  TEST_CASE("one that is missing is named with its package") {
    const test::ProgramsOnPath programs;
    programs.add("tool", "true");
    CHECK(ExternalProgram::is_installed("tool"));
    CHECK_FALSE(ExternalProgram::is_installed("another-tool"));
    CHECK(contains(error_of([] { ExternalProgram("another-tool", "some-package"); }),
                   "another-tool, which this needs, is not on the PATH; install it (Debian: apt "
                   "install some-package)"));
    chmod(programs.path("tool").c_str(), 0644);
    CHECK_FALSE(ExternalProgram::is_installed("tool"));
  }

  TEST_CASE("it gets its arguments as they are, a plain environment and no input") {
    using Lines = std::vector<std::string>;
    CHECK(lines_of("echo \"$#:$1:$2\"") == Lines{"2:one:two words"});
    CHECK(lines_of("echo $LC_ALL $TZ") == Lines{"C UTC"});
    CHECK(lines_of("cat; echo end") == Lines{"end"});
    // Which the program itself ignores.
    CHECK(contains(error_of([] { lines_of("kill -PIPE $$; true"); }), "Broken pipe"));
    CHECK(lines_of("printf 'a\\rb\\n\\n' >&2; printf c") == Lines{"a", "b", "c"});
  }

  TEST_CASE("its failure is told with its reason") {
    CHECK(contains(error_of([] { lines_of("echo no luck >&2; exit 3"); }),
                   "tool failed with status 3: no luck"));
    CHECK(contains(error_of([] { lines_of("kill -KILL $$"); }),
                   "tool was ended by a signal (Killed)"));
    const test::ProgramsOnPath programs;
    programs.add("tool", "echo ERR: full; echo more; exit 1");
    ExternalProgram::Run run;
    run.is_reason = [](std::string_view line) { return line.starts_with("ERR:"); };
    CHECK(error_of([&] { ExternalProgram("tool", "").run(run, nullptr); }) ==
          "tool failed with status 1: ERR: full");
    run.folder = "/no/such/folder";
    CHECK(
        contains(error_of([&] { ExternalProgram("tool", "").run(run, nullptr); }), "cannot start"));
  }

  TEST_CASE("one that hangs is ended with all that it has started") {
    const test::ProgramsOnPath programs;
    programs.add("tool", "trap '' TERM; sleep 600 & echo $!; echo $$; wait; sleep 600");
    std::vector<std::string> pids;
    std::atomic<bool> cancel{false};
    ExternalProgram::Run run;
    run.line = [&](std::string_view line) {
      pids.emplace_back(line);
      cancel = pids.size() == 2;
    };
    CHECK_THROWS_AS(ExternalProgram("tool", "").run(run, &cancel), Cancelled);
    REQUIRE(pids.size() == 2);
    for (int i = 0; i < 200 && runs(pids[0]); ++i)  // until whoever inherited it has waited for it
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK_FALSE(runs(pids[0]));
    CHECK_FALSE(runs(pids[1]));
  }

  TEST_CASE("all that are at work can be ended at once, also out of a signal's handler") {
    CHECK_FALSE(end_disc_programs());
    const test::ProgramsOnPath programs;
    programs.add("tool", "trap '' TERM; echo begun; sleep 600");
    std::atomic<bool> cancel{false};
    bool ended = false;
    ExternalProgram::Run run;
    run.patience = std::chrono::seconds(600);
    run.line = [&](std::string_view) { ended = end_disc_programs(); };
    CHECK(contains(error_of([&] { ExternalProgram("tool", "").run(run, &cancel); }),
                   "tool was ended by a signal (Killed)"));
    CHECK(ended);
    CHECK_FALSE(end_disc_programs());
  }

  TEST_CASE("one in a folder without a slash in front is not taken") {
    const test::ProgramsOnPath programs;
    programs.add("tool", "true");
    const std::string folder = programs.path("");
    programs.hide_others();
    const std::filesystem::path here = std::filesystem::current_path();
    std::filesystem::current_path(folder);
    setenv("PATH", ".", 1);
    CHECK_FALSE(ExternalProgram::is_installed("tool"));
    std::filesystem::current_path(here);
  }

  TEST_CASE("one that has closed its outputs and goes on can be ended, too") {
    const test::ProgramsOnPath programs;
    programs.add("tool", "exec >&- 2>&-; sleep 600");
    std::atomic<bool> cancel{false};
    std::thread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      cancel = true;
    });
    CHECK_THROWS_AS(ExternalProgram("tool", "").run({}, &cancel), Cancelled);
    later.join();
  }

  TEST_CASE("what a callback throws ends it") {
    const test::ProgramsOnPath programs;
    programs.add("tool", "while true; do echo x; done");
    ExternalProgram::Run run;
    run.output = [](std::span<const std::uint8_t>) { throw std::runtime_error("enough"); };
    CHECK(error_of([&] { ExternalProgram("tool", "").run(run, nullptr); }) == "enough");
  }
}
