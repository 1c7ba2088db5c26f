// SPDX-License-Identifier: GPL-2.0-or-later
// Every call into libav and the system fails once, at several moments of several films: no hang, no
// leak, no film, and the failure is what is told. Where a film is made nevertheless, it is the
// film.
//
// LIFEREEL_FAULTS=all fails every single call instead of some of each function.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <system_error>
#include <thread>

#include "calls.h"
#include "encoders/film_reader.h"
#include "encoders/vbv.h"
#include "src/golden.h"
#include "src/render.h"
#include "tests/encoders/films.h"
#include "tests/encoders/sounds.h"
#include "tests/sanitizers.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

constexpr unsigned longest_seconds = 120;  // of one film, on a busy machine, with sanitizers

int entries_of(const char* folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

/// What must be as before, whatever failed. Leaks are found when the program ends.
struct Holdings {
  int descriptors = entries_of("/proc/self/fd");
  int threads = entries_of("/proc/self/task");
  bool operator==(const Holdings&) const = default;
};

/// Whether all is as before; a thread that has been joined may show for a moment longer.
bool is_as(const Holdings& before) {
  for (int i = 0; i < 200; ++i) {
    if (Holdings() == before) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

/// Which calls of one function fail.
std::vector<long> picks(long calls) {
  const char* const wanted = std::getenv("LIFEREEL_FAULTS");
  std::vector<long> all;
  if (wanted != nullptr && std::string_view(wanted) == "all") {
    for (long i = 0; i < calls; ++i) all.push_back(i);
    return all;
  }
  const std::set<long> some{0, calls / 2, calls - 1};
  return {some.begin(), some.end()};
}

/// Errors that a call of the system is made to end with.
std::vector<int> errors_of(const faults::CallCount& call, long number) {
  if (call.kind == faults::Kind::libav) return {number % 2 == 0 ? AVERROR(ENOMEM) : AVERROR(EIO)};
  if (call.name == "write") return {ENOSPC, EIO, EINTR, faults::short_write};
  if (call.name == "open") return {EMFILE};
  return {EIO};
}

std::string text_of(const faults::CallCount& call, int error) {
  if (call.allocates) return "bad_alloc";
  if (call.kind == faults::Kind::libav) return libav_text(error);
  return std::generic_category().message(error);
}

struct Tally {
  long tries = 0, told = 0, done = 0, went_on = 0;
};

/// Runs `work`, which makes its files in `folder`, undisturbed and then with one call failing,
/// again and again.
template <class Work>
Tally fail_each(faults::Kind kind, const TemporaryFolder& folder, Work&& work) {
  const auto clean = [&] {
    for (const std::string& name : folder.names()) std::filesystem::remove_all(folder.file(name));
  };
  const auto contents = [&] {
    std::vector<std::pair<std::string, std::string>> files;
    for (const std::string& name : folder.names())
      files.emplace_back(name, std::filesystem::is_directory(folder.file(name))
                                   ? "a folder"
                                   : read_bytes(folder.file(name)));
    std::sort(files.begin(), files.end());
    return files;
  };
  clean();
  alarm(longest_seconds);
  faults::count_calls();
  work();
  faults::stop_failing();
  const std::vector<faults::CallCount> calls = faults::counted();
  const auto expected = contents();
  const Holdings before;
  Tally tally;
  for (const faults::CallCount& call : calls) {
    if (call.kind != kind) continue;
    CAPTURE(call.name);
    for (const long number : picks(call.calls))
      for (const int error : errors_of(call, number)) {
        CAPTURE(number);
        CAPTURE(error);
        clean();
        alarm(longest_seconds);  // a hang ends the program
        faults::fail_call(call.name, number, error);
        std::string told;
        bool is_finished = false;
        try {
          work();
        } catch (const FinishedWithError& caught) {
          told = caught.what();
          is_finished = true;
        } catch (const std::exception& caught) {
          told = caught.what();
        }
        faults::stop_failing();
        if (!faults::has_failed()) continue;  // with lanes, not every run makes as many calls
        ++tally.tries;
        CHECK(is_as(before));
        if (told.empty()) {
          ++tally.done;
          CHECK(contents() == expected);
          continue;
        }
        ++tally.told;
        CAPTURE(told);
        CHECK(contains(told, text_of(call, error)));
        CHECK(told.find('\n') == std::string::npos);
        const auto kept = contents();
        // A film that could not be flushed is not thrown away; where it is, is told.
        const auto is_told = [&](const std::string& name) {
          return contains(name, ".part-") && contains(told, name + "'");
        };
        const bool only_working_files = std::all_of(kept.begin(), kept.end(), [&](const auto& one) {
          return is_told(one.first) ||
                 (one.first.ends_with(".lifereel") && one.second == "a folder");
        });
        CHECK(is_finished == !only_working_files);
        if (!only_working_files) {
          CHECK(contains(told, "is finished, but "));
          continue;
        }
        if (kept.empty()) continue;
        for (const auto& [name, bytes] : kept)
          if (is_told(name)) std::filesystem::remove(folder.file(name));
        ++tally.went_on;
        work();
        CHECK(contents() == expected);
      }
  }
  alarm(0);
  REQUIRE(tally.tries > 0);
  CHECK(tally.told > 0);
  return tally;
}

/// A film of a small universe; disc films have the size they must have.
RenderSettings small(const std::string& path, const std::string& codec, std::int64_t frames) {
  RenderSettings settings;
  settings.universe.width = 96;
  settings.universe.height = 64;
  settings.universe.rmax = 16;
  settings.universe.particles = 60;
  settings.film = film_settings(codec, {25, 1});
  settings.frames = frames;
  settings.output = path;
  settings.engine.engine = EngineChoice::cpu;
  settings.engine.threads = 1;
  return settings;
}

RenderSettings disc(const std::string& path, std::int64_t frames, int chunk_frames) {
  RenderSettings settings = small(path, "mpeg2video", frames);
  settings.universe.width = 720;
  settings.universe.height = 480;
  settings.film = dvd_settings();
  settings.film.chunk_frames = chunk_frames;
  return settings;
}

void tell(const char* what, const Tally& tally) {
  std::printf("%-44s %4ld tries, %4ld told, %4ld made the film all the same, %4ld went on later\n",
              what, tally.tries, tally.told, tally.done, tally.went_on);
}

const TemporaryFolder& folder() {
  static const TemporaryFolder one;
  return one;
}

/// Outlasts the films.
const TemporaryFolder& sounds() {
  static const TemporaryFolder one;
  return one;
}

/// Damage to sound is told, and does not cost the film.
void render_and_tell(const RenderSettings& settings) {
  const RenderReport report = render(settings);
  for (const std::string& warning : report.film.warnings) {
    if (!contains(warning, "is damaged at") && !contains(warning, "could not be read again"))
      continue;
    std::filesystem::remove(settings.output);
    throw std::runtime_error(warning);
  }
}

/// The films in which calls fail.
template <class See>
void each_film(See&& see) {
  const TemporaryFolder& here = folder();
  {
    RenderSettings settings = disc(here.file("film.mpg"), 45, 18);
    settings.engine.lanes = 3;
    see("DVD in chunks, 3 lanes", settings);
    settings = disc(here.file("film.mpg"), 12, 0);
    if (!sanitized) see("DVD in one piece", settings);  // another one has sound
  }
  if (has_encoder("libx264")) {
    RenderSettings settings = small(here.file("film.mp4"), "libx264", 40);
    settings.film.codec_preset = "ultrafast";
    settings.film.chunk_frames = 12;
    settings.film.faststart = true;
    settings.engine.lanes = 3;
    see("H.264 in chunks, mp4 with its index in front", settings);
    settings.film.chunk_frames = 0;
    settings.film.crf = 20;
    settings.engine.lanes = 1;
    if (!sanitized) see("H.264 in one piece, mp4", settings);
  }
  if (has_encoder("libx265")) {
    RenderSettings settings = small(here.file("film.mkv"), "libx265", 26);
    settings.film.codec_preset = "ultrafast";
    settings.film.chunk_frames = 12;
    settings.engine.lanes = 2;
    // The threads of x265 3.5's lookahead race for its output queue, seen in tiny pictures on a
    // busy machine: a crash of its own, not what is tested here.
    settings.film.codec_options.emplace_back("x265-params", "pools=none:lookahead-threads=0");
    see("HEVC in chunks, Matroska", settings);
  }
  if (has_encoder("ffv1") && has_filter("scale")) {
    RenderSettings settings = small(here.file("film.mkv"), "ffv1", 8);
    settings.film.filter = "hflip,scale=64:48";
    see("FFV1 behind a filter chain", settings);
    settings.film.filter.clear();
    settings.hash = here.file("film.framehash");
    settings.stats = here.file("film.json");
    settings.psnr = true;
    see("FFV1, hashes, statistics and PSNR beside it", settings);
  }
  if (has_filter("ebur128")) {
    write_wave(sounds().file("sound.wav"), {1, 16000, 0.5});
    RenderSettings settings = small(here.file("film.mkv"), "ffv1", 20);
    settings.film.audio.file = sounds().file("sound.wav");
    see("FFV1 with a loop of sound, FLAC", settings);
    settings = disc(here.file("film.mpg"), 12, 0);
    settings.film.audio.file = sounds().file("sound.wav");
    see("DVD with sound", settings);
  }
  see("raw video as y4m", small(here.file("film.y4m"), "rawvideo", 5));
}

}  // namespace

TEST_SUITE_BEGIN("faults");

TEST_CASE("libav: each call fails once while a film is made") {
  each_film([](const char* what, const RenderSettings& settings) {
    CAPTURE(std::string(what));
    tell(what, fail_each(faults::Kind::libav, folder(), [&] {
           render_and_tell(settings);
           std::filesystem::remove(settings.stats);  // times are never the same
         }));
  });
}

TEST_CASE("libav: each call fails once while films are read") {
  const TemporaryFolder films;
  RenderSettings settings = disc(films.file("film.mpg"), 6, 0);
  render(settings);
  tell("reading a DVD film", fail_each(faults::Kind::libav, folder(), [&] {
         read_film_comment(settings.output);
         check_film_vbv(settings.output);
         FilmReader film(settings.output);
         std::vector<std::uint8_t> luma;
         int pictures = 0;
         while (film.read_luma(luma)) ++pictures;
         CHECK(pictures == 6);
       }));
}

TEST_CASE("libav: each call fails once while a golden file is made") {
  RenderSettings settings = small("", "null", 4);
  tell("a golden file", fail_each(faults::Kind::libav, folder(),
                                  [&] { run_golden(settings, folder().file("golden.txt")); }));
}

TEST_CASE("system: each call fails once while a film is written") {
  each_film([](const char* what, const RenderSettings& settings) {
    CAPTURE(std::string(what));
    tell(what, fail_each(faults::Kind::system, folder(), [&] {
           render_and_tell(settings);
           std::filesystem::remove(settings.stats);
         }));
  });
  RenderSettings settings = small("", "null", 4);
  tell("a golden file", fail_each(faults::Kind::system, folder(),
                                  [&] { run_golden(settings, folder().file("golden.txt")); }));
}

TEST_SUITE_END();
