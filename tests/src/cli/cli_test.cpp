// SPDX-License-Identifier: GPL-2.0-or-later
// The program as people run it: exit statuses, one-line failures, help that fits a screen.
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
#include <sstream>
#include <thread>
#include <vector>

#include "sim/universe.h"
#include "src/npy.h"
#include "src/settings.h"
#include "tests/encoders/films.h"
#include "tests/sanitizers.h"
#include "tests/src/cli/program.h"
#include "tests/src/json_check.h"

using namespace lifereel;
using namespace lifereel::test;

namespace fs = std::filesystem;

namespace {

/// What is written to it is read at once: a terminal whose reader is late stops its writer.
class Terminal {
 public:
  /// `shown` is complete when this object is gone.
  explicit Terminal(std::string& shown) : side_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(side_ >= 0);
    REQUIRE(grantpt(side_) == 0);
    REQUIRE(unlockpt(side_) == 0);
    writer_ = open(name().c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
    REQUIRE(writer_ >= 0);
    reader_ = std::thread([this, &shown] {
      char piece[4096];
      for (ssize_t got; (got = read(side_, piece, sizeof piece)) > 0;)
        shown.append(piece, static_cast<std::size_t>(got));
    });
  }
  ~Terminal() {
    close(writer_);  // reading ends with the last writer
    reader_.join();
    close(side_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  std::string name() const { return ptsname(side_); }

 private:
  const int side_;
  int writer_ = -1;
  std::thread reader_;
};

}  // namespace

TEST_SUITE("src.cli") {
  TEST_CASE("help fits a screen" * doctest::skip(sanitized)) {
    const Program program;
    for (const std::string command : {"render", "estimate", "verify", "presets", "looks", "info",
                                      "bench", "hash", "scout", "state", "disc"}) {
      const Result result = program.run({command, "--help"});
      CAPTURE(result.out);
      CHECK(result.status == 0);
      CHECK(result.err == "");
      CHECK(std::count(result.out.begin(), result.out.end(), '\n') <= 60);
      std::istringstream lines(result.out);
      for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
      CHECK(program.run({"help", command}).out == result.out);
    }
    const std::string render = program.run({"render", "--help"}).out;
    for (const SettingKey& key : setting_keys())
      CHECK(contains(render, "--" + std::string(key.name)));
    CHECK(program.run({"--help"}).status == 0);
    const std::string facts = program.run({"--version"}).out;
    CHECK(facts.starts_with("lifereel 0."));
    for (const char* fact : {"\ncompiler ", "\nGPU engine ", "\nFFmpeg ", "\nlibavcodec "})
      CHECK(contains(facts, fact));
  }

  TEST_CASE("command lines that cannot be meant end with 2") {
    const Program program;
    CHECK(contains(program.failure(2, {}), "name a command"));
    CHECK(contains(program.failure(2, {"paint"}), "there is no command 'paint'"));
    CHECK(contains(program.failure(2, {"render", "--sise", "1x1"}), "did you mean --size?"));
    CHECK(contains(program.failure(2, {"render", "--part", "1"}), "no option --part"));
    CHECK(contains(program.failure(2, {"render", "film.mp4"}), "one argument too many"));
    CHECK(contains(program.failure(2, {"render", "--overwrite", "film.mp4"}), "too many"));
    CHECK(contains(program.failure(2, {"render", "--size"}), "'--size' is missing"));
    CHECK(contains(program.failure(2, {"render", "--size", "big"}), "--size: 'big' is not a size"));
    CHECK(contains(program.failure(2, {"render", "--seed", "1", "--seed", "2"}), "given twice"));
    CHECK(contains(program.failure(2, {"render", "--frames", "1", "--seconds", "2"}), "exclude"));
    CHECK(contains(program.failure(2, {"render", "--preset", "dvd"}), "there are panoramic,"));
    CHECK(contains(program.failure(2, {"render", "--config", "a", "--from", "b"}), "exclude"));
    CHECK(contains(program.failure(2, {"hash", "--crf", "3"}), "does not take --crf"));
    CHECK(contains(program.failure(2, {"state", "--frames", "0"}), "-o state.npy"));
    CHECK(contains(program.failure(2, {"hash", "--check", "g", "--seed", "3"}), "golden file"));
    CHECK(contains(program.failure(2, {"presets", "a", "b"}), "one argument too many"));
  }

  TEST_CASE("failures end with 1 and leave nothing behind") {
    const Program program;
    CHECK(contains(program.failure(1, {"render", "--preset", "dvd_video"}), "output is missing"));
    CHECK(contains(program.failure(1, {"render", "-o", "film.mp4"}), "length is missing"));
    CHECK(contains(program.failure(1, {"render", "--config", "none.cfg"}), "cannot read none.cfg"));
    program.write("bad.cfg", "seed = 1\nsped = 2\n");
    CHECK(contains(program.failure(1, {"render", "--config", "bad.cfg"}),
                   "bad.cfg:2: there is no setting 'sped'; did you mean seed?"));
    program.write("m.txt", "1 2\n3 nan\n");
    CHECK(contains(program.failure(2, {"render", "--matrix", "m.txt"}), "m.txt:2: "));
    CHECK(contains(program.failure(1, {"render", "--preset", "dvd_video", "-o", "no/film.mpg"}),
                   "no/film.mpg"));
    program.failure(1, {"render", "--preset", "dvd_video", "--size", "640x480", "-o", "film.mpg"});
    program.failure(1, {"render", "--preset", "dvd_mp4", "--crf", "20", "-o", "film.mp4"});
    program.failure(1, {"render", "--preset", "dvd_mp4", "--codec", "x246", "-o", "film.mp4"});
    program.failure(1, {"render", "--preset", "dvd_mp4", "-o", "film.wibble"});
    program.failure(1, {"render", "--frames", "2", "-o", "film.gif"});
    const Result piped = program.shell("\"$0\" render -q --frames 2 --container mp4 -o - | cat");
    CHECK(contains(piped.err, "choose the container matroska, mpegts or nut, or name a file"));
    program.failure(1, {"render", "--preset", "dvd_mp4", "--dt", "-1", "-o", "film.mp4"});
    program.failure(1, {"render", "--preset", "dvd_mp4", "--engine", "cuda", "-o", "film.mp4"});
    CHECK(contains(program.failure(1, {"hash", "--check", "bad.cfg"}), "bad.cfg:1: "));
    for (const auto& entry : fs::directory_iterator(program.path(""))) {
      CHECK_FALSE(entry.path().filename().string().starts_with("film"));
    }
  }

  TEST_CASE("stills and sequences") {
    REQUIRE_ENCODER("png");
    REQUIRE_ENCODER("mjpeg");
    const Program program;
    const auto render = [&](std::vector<std::string> words) {
      words.insert(words.begin(), {"render", "--quiet"});
      const Result result = program.run(with_small_universe(words));
      CAPTURE(result.err);
      CHECK(result.status == 0);
      return result.out;
    };
    render({"--frames", "4", "-o", "f%03d.png"});
    render({"--frame", "3", "-o", "still.png"});
    CHECK(read_file(program.path("f003.png")) == read_file(program.path("still.png")));
    CHECK(render({"--frame", "3", "-o", "-"}) == read_file(program.path("still.png")));
    CHECK(render({"--frame", "3", "-o", "-", "--codec", "mjpeg"}).starts_with("\xff\xd8"));
    render({"--preset", "dvd_video", "--frame", "2", "-o", "p.jpg"});
    render({"--frames", "2", "-o", "film%d.mkv"});
    CHECK(fs::exists(program.path("film%d.mkv")));
    CHECK(contains(program.failure(2, {"render", "--frame", "1", "--frames", "2"}), "no length"));
    CHECK(contains(program.failure(2, {"render", "--frame", "1", "--seconds", "2"}), "no length"));
    CHECK(contains(program.failure(1, {"render", "--frame", "1", "-o", "a.mkv"}), "still picture"));
    CHECK(contains(program.failure(1, {"render", "--frames", "1", "-o", "a.png"}), "one picture"));
    CHECK(contains(program.failure(1, {"render", "--frames", "4", "-o", "f%03d.png"}), "f003.png"));
  }

  TEST_CASE("options change the look they stand beside, wherever they stand" *
            doctest::skip(sanitized)) {
    const Program program;
    const auto config = [&](std::vector<std::string> words) {
      words.insert(words.begin(), "render");
      words.insert(words.end(), {"--frames", "1", "--codec", "ffv1", "-o", "look.mkv", "--quiet",
                                 "--overwrite"});
      const Result made = program.run(with_small_universe(words));
      CAPTURE(made.err);
      CHECK(made.status == 0);
      return program.run({"presets", "--from", "look.mkv"}).out;
    };
    CHECK(contains(config({}), "bloom = 0.3\n"));  // aurora
    CHECK_FALSE(contains(config({"--look", "published"}), "bloom"));
    for (const auto& words :
         {std::vector<std::string>{"--look", "neon", "--dither", "no", "--bloom", "2"},
          std::vector<std::string>{"--bloom", "2", "--dither=no", "--look", "neon"}}) {
      const std::string text = config(words);
      CHECK(contains(text, "tone = filmic\n"));
      CHECK(contains(text, "bloom = 2\n"));
      CHECK(contains(text, "dither = no\n"));
    }
    CHECK(
        contains(program.failure(1, with_small_universe({"render", "--preset", "dvd_mp4", "--bloom",
                                                         "2", "--frames", "1", "-o", "a.mp4"})),
                 "looks in colour"));
    CHECK(contains(program.failure(1, {"looks", "nosuch"}), "nosuch"));
    const std::string looks = program.run({"looks"}).out;
    for (const char* text : {"\nember ", "\nphosphor ", "\nglyph sets: ascii blocks "})
      CHECK(contains(looks, text));
  }

  TEST_CASE("a flag takes yes or no as its next word, too" * doctest::skip(sanitized)) {
    const Program program;
    const auto words = [](const std::vector<std::string>& flag) {
      std::vector<std::string> all = with_small_universe(
          {"render", "--codec", "ffv1", "--frames", "3", "-o", "film.mkv", "--quiet"});
      all.insert(all.end(), flag.begin(), flag.end());
      return all;
    };
    CHECK(program.run(words({"--faststart", "no"})).status == 0);
    CHECK(program.run(words({"--overwrite", "yes"})).status == 0);
    CHECK(program.run(words({"--overwrite=on", "--psnr", "off"})).status == 0);
    CHECK(program.run(words({"--psnr", "--overwrite"})).status == 0);
    CHECK(contains(program.failure(1, words({"--overwrite", "no"})), "exists"));
    CHECK(contains(program.failure(2, words({"--overwrite", "maybe"})), "too many"));
    CHECK(contains(program.failure(2, words({"--overwrite=maybe"})), "neither yes nor no"));
    CHECK(contains(program.failure(2, words({"--overwrite", "no", "--overwrite"})), "given twice"));
  }

  TEST_CASE("a stranger's film does not decide which files are written") {
    const Program program;
    program.write("victim.txt", "dear diary");
    REQUIRE(
        program
            .run(with_small_universe({"render", "--codec", "ffv1", "--frames", "3", "-o",
                                      "film.mkv", "--filter", "metadata=print:file=victim.txt"}))
            .status == 0);
    program.write("victim.txt", "dear diary");
    const std::string told =
        program.failure(1, {"render", "--from", "film.mkv", "-o", "again.mkv"});
    CHECK(contains(told, "filter = metadata=print:file=victim.txt"));
    CHECK(contains(told, "--trust-film"));
    CHECK(read_file(program.path("victim.txt")) == "dear diary");
    CHECK_FALSE(fs::exists(program.path("again.mkv")));
    // What encodes nothing, or shows it alone, reads it as before.
    CHECK(contains(program.run({"presets", "--from", "film.mkv"}).out, "filter = metadata"));
    CHECK(program.run({"hash", "--from", "film.mkv", "--quiet"}).status == 0);
    CHECK(program.run({"verify", "film.mkv"}).status == 0);
    CHECK(read_file(program.path("victim.txt")) == "dear diary");
    CHECK(program.run({"render", "--from", "film.mkv", "--trust-film", "-o", "again.mkv"}).status ==
          0);
    CHECK(read_file(program.path("again.mkv")) == read_file(program.path("film.mkv")));
  }

  TEST_CASE("progress as JSON is a line now and then on standard error") {
    const Program program;
    const Result result = program.run(
        with_small_universe({"render", "--codec", "ffv1", "--look", "published", "--frames", "2000",
                             "-o", "film.mkv", "--progress", "json"}));
    CHECK(result.status == 0);
    CHECK(contains(result.out, "2000"));
    CHECK_FALSE(contains(result.out, " ETA "));
    std::istringstream lines(result.err);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      CAPTURE(line);
      CHECK(test::is_json(line));
      for (const char* const key :
           {"frames", "frames_total", "seconds", "fps", "eta_seconds", "bytes"})
        CHECK(contains(line, "\"" + std::string(key) + "\": "));
    }
    CHECK(count >= 1);
    CHECK(contains(program.failure(2, {"render", "--progress", "xml"}), "write json"));
  }

  TEST_CASE("a preset, printed and read again, is the preset" * doctest::skip(sanitized)) {
    const Program program;
    const Result list = program.run({"presets"});
    CHECK(list.status == 0);
    for (const Preset& preset : presets()) {
      CHECK(contains(list.out, preset.name));
      const Result printed = program.run({"presets", preset.name});
      CHECK(printed.status == 0);
      program.write("mine.cfg", printed.out);
      RenderSettings read, expected;
      apply_config_file(read, program.path("mine.cfg").string());
      apply_preset(expected, preset.name);
      CHECK(read == expected);
    }
    CHECK(contains(program.failure(1, {"presets", "dvd"}), "there is no preset 'dvd'"));
  }

  TEST_CASE("command line before config file before preset") {
    const Program program;
    program.write("mine.cfg", "seed = 5\nparticles = 150\nframes = 9\n");
    const Result result = program.run({"hash", "--preset", "dvd_video", "--config", "mine.cfg",
                                       "--seed", "6", "--seconds", "0.05", "--quiet"});
    CHECK(result.status == 0);
    for (const char* line : {"#lifereel seed = 6\n", "#lifereel particles = 150\n",
                             "#lifereel frames = 2\n", "#lifereel target = ntsc-dvd\n"}) {
      CHECK(contains(result.out, line));
    }
  }

  TEST_CASE("info") {
    const Result result = Program().run({"info"});
    CHECK(result.status == 0);
    for (const char* word : {"lifereel", "ISA", "GPU", "libavcodec", "mpeg2video", "baseline"}) {
      CHECK(contains(result.out, word));
    }
  }

  TEST_CASE("bench prints a table and writes JSON and CSV" * doctest::skip(sanitized)) {
    const Program program;
    const Result result = program.run({"bench", "dvd_video", "--frames", "4", "--rounds", "1",
                                       "--threads", "1", "--json", "b.json"});
    CHECK(result.status == 0);
    CHECK(result.err == "");
    CHECK(contains(result.out, "| `dvd_video`, 720x480, 2500 particles, mpeg2video | 4 |"));
    CHECK_FALSE(contains(result.out, "dvd_mp4"));
    CHECK(test::is_json(read_file(program.path("b.json"))));
    CHECK(contains(program.failure(1, {"bench", "dvd_video", "--json", "b.json"}), "exists"));

    const Result scaling = program.run({"bench", "--scaling", "--frames", "1", "--csv", "s.csv"});
    CHECK(scaling.status == 0);
    CHECK(contains(scaling.out, "| N = 2500, 720x480 |"));
    CHECK(read_file(program.path("s.csv")).starts_with("series,"));

    CHECK(contains(program.failure(2, {"bench", "--csv", "a.csv"}), "--scaling"));
    CHECK(contains(program.failure(2, {"bench", "--scaling", "dvd_video"}), "no preset"));
    CHECK(contains(program.failure(2, {"bench", "--rounds", "0"}), "1 or more"));
    CHECK(contains(program.failure(2, {"bench", "--frames", "0"}), "1 or more"));
    CHECK(contains(program.failure(1, {"bench", "dvd"}), "there is no preset 'dvd'"));
    const Result lost = program.shell("TMPDIR=/nonexistent \"$0\" bench dvd_video");
    CHECK(lost.status == 1);
    CHECK(contains(lost.err, "set TMPDIR to one that may be written"));
  }

  TEST_CASE("verify") {
    const Program program;
    REQUIRE(program
                .run(with_small_universe(
                    {"render", "--codec", "ffv1", "--frames", "30", "-o", "film.mkv", "--quiet"}))
                .status == 0);
    const Result good = program.run({"verify", "film.mkv", "--against-universe", "--json", "v.json",
                                     "--contact-sheet", "sheet.png"});
    CHECK(good.status == 0);
    CHECK(good.err == "");
    CHECK(contains(good.out, "all equal to the universe's"));
    CHECK(test::is_json(read_file(program.path("v.json"))));
    CHECK(read_file(program.path("sheet.png")).starts_with("\x89PNG"));
    const Result json = program.run({"verify", "film.mkv", "--sample", "2", "--json", "-"});
    CHECK(json.status == 0);
    CHECK(test::is_json(json.out));

    const std::string film = read_file(program.path("film.mkv"));
    program.write("cut.mkv", film.substr(0, film.size() / 2));
    const Result bad = program.run({"verify", "cut.mkv"});
    CHECK(bad.status == 1);
    CHECK(contains(bad.out, "error: frames: 00:00:0"));
    CHECK(contains(bad.out, "The film is not what it should be."));

    CHECK(contains(program.failure(2, {"verify"}), "needs the film"));
    CHECK(contains(program.failure(2, {"verify", "film.mkv", "--sample", "0"}), "1 or more"));
    CHECK(
        contains(program.failure(2, {"verify", "film.mkv", "--crf", "3"}), "does not take --crf"));
    CHECK(contains(program.failure(1, {"verify", "none.mkv"}), "cannot read"));
    CHECK(contains(program.failure(1, {"verify", "film.mkv", "--json", "v.json"}), "exists"));
  }

  TEST_CASE("state --frames 0 is the initial state") {
    const Program program;
    REQUIRE(
        program.run({"state", "--preset", "dvd_video", "--frames", "0", "-o", "s.npy"}).status ==
        0);
    RenderSettings settings;
    apply_preset(settings, "dvd_video");
    const auto bytes = state_as_npy(make_initial_state(settings.universe).state);
    CHECK(read_file(program.path("s.npy")) == std::string(bytes.begin(), bytes.end()));
    CHECK(contains(program.failure(1, {"state", "--frames", "0", "-o", "s.npy"}), "exists"));
    CHECK(program.run({"state", "--frames", "3", "-o", "s.npy", "--overwrite"}).status == 0);
    CHECK(read_file(program.path("s.npy")) != std::string(bytes.begin(), bytes.end()));
  }

  TEST_CASE("hash and check") {
    const Program program;
    REQUIRE(program.run(with_small_universe({"hash", "--frames", "3", "-o", "g.txt"})).status == 0);
    const Result to_stdout = program.run(with_small_universe({"hash", "--frames", "3"}));
    CHECK(to_stdout.out == read_file(program.path("g.txt")));
    const Result equal =
        program.run({"hash", "--check", "g.txt", "--isa", "baseline", "--threads", "2"});
    CHECK(equal.status == 0);
    CHECK(equal.out == "3 frames equal\n");

    std::string text = read_file(program.path("g.txt"));
    text[text.size() - 2] = text[text.size() - 2] == '0' ? '1' : '0';
    program.write("g.txt", text);
    const Result differs = program.run({"hash", "--check", "g.txt"});
    CHECK(differs.status == 1);
    CHECK(contains(differs.out, "first difference: frame 2 of 3, the state; the picture is equal"));
    CHECK(contains(differs.out, "seed = 7\n"));
    CHECK(differs.err == "lifereel: frame 2 differs from g.txt; its picture is g.txt.frame2.png\n");
    CHECK(read_file(program.path("g.txt.frame2.png")).starts_with("\x89PNG"));
    CHECK(program.run({"hash", "--check", "g.txt", "--png", "d.png"}).status == 1);
    CHECK(fs::exists(program.path("d.png")));

    program.write("cut.txt", text.substr(0, text.size() - 200));
    CHECK(contains(program.failure(1, {"hash", "--check", "cut.txt"}), "cut.txt:"));
  }

  TEST_CASE("a signal ends a render cleanly") {
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
      const Program program;
      const pid_t child = program.start(with_small_universe(
          {"render", "--frames", "100000000", "-o", "film.mkv", "--resume", "off", "--quiet"}));
      // The temporary file tells that the render runs and signals are caught.
      const auto running = [&] {
        for (const auto& entry : fs::directory_iterator(program.path(""))) {
          if (entry.path().filename().string().starts_with("film")) return true;
        }
        return false;
      };
      for (int i = 0; i < 3000 && !running(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      REQUIRE(running());
      kill(child, signal_number);
      const Result result = program.wait(child);
      CHECK(result.status == 128 + signal_number);
      CHECK(result.err == "lifereel: the render was cancelled; no film was written\n");
      CHECK_FALSE(running());
    }
  }

  TEST_CASE("a signal while PSNR is measured leaves the film, and says so") {
    const Program program;
    const pid_t child = program.start(
        with_small_universe({"render", "--frames", "3000", "-o", "film.mkv", "--codec", "ffv1",
                             "--look", "published", "--psnr", "--quiet"}));
    for (int i = 0; i < 60'000 && !fs::exists(program.path("film.mkv")); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    kill(child, SIGINT);
    const Result result = program.wait(child);
    CHECK(result.status == 128 + SIGINT);
    CHECK(result.err == "lifereel: the film is finished, but measuring its PSNR was cancelled\n");
    CHECK(fs::exists(program.path("film.mkv")));
  }

  TEST_CASE("a signal that comes twice at once is one") {
    const Program program;
    const pid_t child = program.start(
        with_small_universe({"render", "--frames", "100000000", "-o", "film.mkv", "--codec", "ffv1",
                             "--chunk-frames", "20", "--finish-on-interrupt"}));
    const auto kept = program.path("film.mkv.lifereel") / "chunk-000000";
    for (int i = 0; i < 3000 && !fs::exists(kept); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    kill(child, SIGINT);
    kill(child, SIGTERM);
    CHECK(program.wait(child).status == 0);
    CHECK(fs::exists(program.path("film.mkv")));
    CHECK_FALSE(fs::exists(program.path("film.mkv.lifereel")));
  }

  TEST_CASE("a signal leaves what the same command goes on from") {
    const Program program;
    const auto words =
        with_small_universe({"render", "--frames", "100000000", "-o", "film.mkv", "--codec", "ffv1",
                             "--chunk-frames", "20", "--lanes", "1"});
    for (const char* const chunk : {"chunk-000000", "chunk-000020"}) {
      const pid_t child = program.start(words);
      for (int i = 0; i < 3000 && !fs::exists(program.path("film.mkv.lifereel") / chunk); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      kill(child, SIGTERM);
      const Result result = program.wait(child);
      CHECK(result.status == 128 + SIGTERM);
      CHECK(contains(result.err, "the same command resumes"));
      if (std::string(chunk) != "chunk-000000") CHECK(contains(result.out, "resuming: "));
    }
    CHECK_FALSE(fs::exists(program.path("film.mkv")));
  }

  TEST_CASE("a film is no worse for a standard output that is closed, full or broken") {
    const Program program;
    const std::string film = " render --size 320x270 --particles 200 --frames 30 --codec ffv1 ";
    const std::string finished = "the film is finished, but its report is not printed";
    for (const std::string where : {">&-", ">/dev/full"}) {
      const Result result = program.shell("\"$0\"" + film + "--overwrite -o film.mkv " + where);
      CAPTURE(where);
      CHECK(result.status == 0);
      CHECK(contains(result.err, finished));
      CHECK(fs::exists(program.path("film.mkv")));
      CHECK(program.shell("\"$0\" --version " + where).status == 1);
      CHECK(program.shell("\"$0\"" + film + "--quiet --overwrite -o film.mkv " + where).err == "");
    }
    const Result broken =
        program.shell("{ \"$0\"" + film + "--overwrite -o film.mkv; echo $? >status; } | :");
    CHECK(read_file(program.path("status")) == "0\n");
    CHECK((broken.err == "" || contains(broken.err, finished)));

    const Result closed = program.shell("\"$0\"" + film + "--container matroska -o - >&-");
    CHECK(closed.status == 1);
    CHECK(contains(closed.err, "standard output is closed"));
    CHECK(program.shell("\"$0\"" + film + "--container matroska -o - >/dev/full").status == 1);
  }

  TEST_CASE("a signal ends what waits for the other end of a pipe") {
    const Program program;
    for (const std::string command :
         {"render --config pipe --codec null",
          "render --size 320x270 --frames 3 --container matroska --overwrite -o pipe"}) {
      CAPTURE(command);
      const Result result = program.shell(
          "rm -f pipe; mkfifo pipe; timeout --preserve-status -k 20 3 \"$0\" " + command);
      CHECK(result.status == 128 + SIGTERM);
      CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    }
  }

  TEST_CASE("a name with something mounted on it is refused before the first frame") {
    const Program program;
    const Result result = program.shell(
        "touch other film.mkv && unshare -rm sh -c 'mount --bind other film.mkv || exit 77; \"$0\" "
        "render --frames 3 --size 320x270 --overwrite -o film.mkv' \"$0\" || exit $?");
    if (contains(result.err, "unshare") || result.status == 77) {
      SKIP_TEST("this machine lets nobody mount: " << result.err);
      return;
    }
    CHECK(result.status == 1);
    CHECK(contains(result.err, "is a mount point"));
    CHECK(fs::is_empty(program.path("film.mkv")));
  }

  TEST_CASE("a terminal that cannot rewrite lines is sent none of the codes for that" *
            doctest::skip(sanitized)) {
    const Program program;
    for (const std::string term : {"xterm", "dumb"}) {
      std::string shown;
      Result result;
      {
        const Terminal terminal(shown);
        result = program.shell("TERM=" + term +
                               " \"$0\" render --size 640x480 --particles 2000 --frames 1200"
                               " --codec null --look published >" +
                               terminal.name());
      }
      CHECK(result.status == 0);
      CHECK(contains(shown, "\x1b[K") == (term == "xterm"));
    }
  }
}
