// SPDX-License-Identifier: GPL-2.0-or-later
// The program where a machine gives it less than usual.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "tests/encoders/films.h"
#include "tests/messages.h"
#include "tests/sanitizers.h"
#include "tests/src/cli/program.h"

using namespace lifereel::test;

namespace {

const std::string film_command =
    " render --size 320x270 --particles 200 --frames 20 --overwrite --quiet ";

// Kilobytes. Sanitizers fill stacks before the program begins.
#if defined(LIFEREEL_ADDRESS_SANITIZER) || defined(LIFEREEL_THREAD_SANITIZER)
const char* const small_stack = "256";
#else
const char* const small_stack = "64";
#endif

#if defined(__NR_set_mempolicy)
/// For this process and those that it starts: EPERM, as sandboxes do it.
bool forbid_set_mempolicy() {
  sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_set_mempolicy, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {sizeof instructions / sizeof instructions[0], instructions};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#endif

}  // namespace

TEST_SUITE("src.surroundings") {
  TEST_CASE("a small stack is enough for every codec") {
    const Program program;
    for (const std::string codec : {"libx264", "libx265", "mpeg2video", "ffv1"}) {
      if (!has_encoder(codec.c_str())) continue;
      for (const char* const kilobytes : {"256", small_stack}) {
        CAPTURE(codec);
        CAPTURE(std::string(kilobytes));
        const Result result =
            program.shell("ulimit -s " + std::string(kilobytes) + "; exec \"$0\"" + film_command +
                          "--codec " + codec + " -o film.mkv");
        CHECK(result.status == 0);
        CHECK(result.err == "");
      }
    }
    CHECK(program.shell("ulimit -s 256; exec \"$0\" render -o film.mkv").status == 1);
    CHECK(program.shell("ulimit -s 256; exec \"$0\" rendre").status == 2);
  }

#if defined(__NR_set_mempolicy)
  TEST_CASE("x265 where memory may not be placed prints nothing of its own" *
            doctest::skip(sanitized)) {
    if (!has_encoder("libx265")) SKIP_TEST("this FFmpeg has no encoder libx265");
    const Program program;
    const pid_t child = fork();
    if (child == 0) {
      if (!forbid_set_mempolicy()) _exit(98);
      const Result result =
          program.shell("\"$0\"" + film_command + "--codec libx265 -o film.mkv; echo $? >status");
      _exit(result.err.empty() && read_file(program.path("status")) == "0\n" ? 0 : 97);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 98) SKIP_TEST("seccomp is not allowed here");
    CHECK(status == 0);
  }
#endif

  TEST_CASE("a signal ends a step that takes long, and the reason was told before") {
    const Program program;
    const pid_t child =
        program.start({"render", "--size", "300x300", "--particles", "500000", "--threads", "1",
                       "--engine", "cpu", "--frames", "10", "-o", "film.mkv"});
    const auto told = [&] { return contains(read_file(program.path("out")), "pairs a frame"); };
    for (int i = 0; i < 3000 && !told(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(told());
    const auto start = std::chrono::steady_clock::now();
    kill(child, SIGTERM);
    const Result result = program.wait(child);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    CHECK(result.status == 128 + SIGTERM);
    CHECK(result.err ==
          "lifereel: the render was stopped; nothing is kept yet, so the same command starts "
          "again\n");
    CHECK(took.count() < 5);
    CHECK_FALSE(std::filesystem::exists(program.path("film.mkv")));
  }
}
