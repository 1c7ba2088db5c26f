// SPDX-License-Identifier: GPL-2.0-or-later
// The program as people run it.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace lifereel::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Result {
  int status = 0;
  std::string out, err;
};

/// A folder of its own for every test, in which the program runs.
class Program {
 public:
  Program() { std::filesystem::create_directories(folder_); }
  ~Program() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    std::filesystem::remove_all(cache_, ignored);
  }
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

  pid_t start(const std::vector<std::string>& words) const {
    std::vector<std::string> all{LIFEREEL_CLI};
    all.insert(all.end(), words.begin(), words.end());
    return execute(all);
  }

  /// "$0" is the program.
  Result shell(const std::string& script) const {
    return wait(execute({"/bin/sh", "-c", script, LIFEREEL_CLI}));
  }

  pid_t execute(std::vector<std::string> all) const {
    const pid_t child = fork();
    if (child != 0) {
      setpgid(child, child);  // whoever is first
      return child;
    }
    setpgid(0, 0);
    setenv("XDG_CACHE_HOME", cache_.c_str(), 1);
    // The library is searched for leaks where it is called from here; at the end of every program
    // that would take as long as its start.
    const char* const options = std::getenv("ASAN_OPTIONS");
    setenv("ASAN_OPTIONS", ((options ? options : "") + std::string(":detect_leaks=0")).c_str(), 1);
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    const auto redirect = [](const char* name, int descriptor) {
      const int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
      return file >= 0 && dup2(file, descriptor) >= 0;
    };
    const bool ready = chdir(folder_.c_str()) == 0 && redirect("out", STDOUT_FILENO) &&
                       redirect("err", STDERR_FILENO);
    if (ready) execv(argv[0], argv.data());
    _exit(99);
  }

  /// What hangs is ended with all that it has started, and fails where it hung.
  Result wait(pid_t child) const {
    int status = 0;
    pid_t ended = 0;
    for (int i = 0; ended == 0 && i < 20'000; ++i) {
      ended = waitpid(child, &status, WNOHANG);
      if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(i < 100 ? 1 : 10));
    }
    const bool hung = ended == 0;
    if (hung) {
      kill(-child, SIGKILL);
      ended = waitpid(child, &status, 0);
    }
    CAPTURE(read_file(path("out")));
    CAPTURE(read_file(path("err")));
    CHECK_FALSE(hung);
    REQUIRE(ended == child);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_file(path("out")),
            read_file(path("err"))};
  }

  Result run(const std::vector<std::string>& words) const { return wait(start(words)); }

  /// Runs what must fail: the status, and one line on standard error.
  std::string failure(int status, const std::vector<std::string>& words) const {
    const Result result = run(words);
    CAPTURE(result.err);
    CHECK(result.status == status);
    CHECK(result.err.starts_with("lifereel: "));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK(result.out == "");
    return result.err;
  }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  ("lifereel-cli-" + std::to_string(std::random_device{}()));
  const std::string cache_ = folder_.string() + "-cache";
};

inline const std::vector<std::string> small_universe{"--seed",  "7",           "--size",
                                                     "320x270", "--particles", "200"};

inline std::vector<std::string> with_small_universe(std::vector<std::string> words) {
  words.insert(words.end(), small_universe.begin(), small_universe.end());
  return words;
}

}  // namespace lifereel::test
