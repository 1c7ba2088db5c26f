// SPDX-License-Identifier: GPL-2.0-or-later
// Stills and sequences, as people do with every renderer.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "encoders/film_reader.h"
#include "src/errors.h"
#include "src/render.h"
#include "tests/encoders/films.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::contents;
namespace fs = std::filesystem;

namespace {

RenderSettings pictures(const std::string& output) {
  RenderSettings settings;
  settings.universe.width = 352;
  settings.universe.height = 288;
  settings.universe.particles = 300;
  settings.output = output;
  return settings;
}

RenderSettings sequence(const std::string& output, int frames) {
  RenderSettings settings = pictures(output);
  settings.frames = frames;
  return settings;
}

std::vector<std::string> sequence_bytes(const test::TemporaryFolder& folder, int frames) {
  std::vector<std::string> all;
  for (int i = 0; i < frames; ++i)
    all.push_back(contents(folder.file("f0" + std::to_string(i) + ".png")));
  return all;
}

/// Ends a render when so many frames are done, and returns what it said.
std::string stop_after(const RenderSettings& settings, int frames) {
  std::atomic<bool> cancel{false};
  JobControl control;
  control.cancel = &cancel;
  control.progress = [&](const JobProgress& progress) {
    if (progress.frames_done >= frames) cancel = true;
  };
  return test::error_of([&] { render(settings, control); });
}

}  // namespace

TEST_SUITE("src.render.pictures") {
  TEST_CASE("a still is the picture that the film has there, and that a sequence has") {
    REQUIRE_ENCODER("png");
    const test::TemporaryFolder folder;
    render(sequence(folder.file("f%02d.png"), 8));
    CHECK(folder.names().size() == 8);
    RenderSettings still = pictures(folder.file("still.png"));
    still.seconds = 0.1;  // a preset's length means nothing to it
    still.frame = 5;
    const RenderReport report = render(still);
    CHECK(report.film.frames == 1);
    CHECK(!contents(still.output).empty());
    CHECK(contents(still.output) == contents(folder.file("f05.png")));
    CHECK(contents(still.output) != contents(folder.file("f04.png")));

    RenderSettings film = sequence(folder.file("film.mkv"), 6);
    film.film.codec = "ffv1";
    film.film.filter = "format=gray";
    CHECK(render(film).state_hash == report.state_hash);
    still.output = folder.file("n%03d.png");
    render(still);
    CHECK(contents(folder.file("n005.png")) == contents(folder.file("f05.png")));
  }

  TEST_CASE("a sequence that was stopped resumes, and is what it would have been") {
    REQUIRE_ENCODER("png");
    const test::TemporaryFolder folder, whole;
    constexpr int frames = 10;
    render(sequence(whole.file("f%02d.png"), frames));
    RenderSettings settings = sequence(folder.file("f%02d.png"), frames);
    // Something that gets in the way of the fifth picture after all was checked.
    JobControl obstructed;
    obstructed.notice = [&](const std::string&) { fs::create_directory(folder.file("f04.png")); };
    CHECK(contains(test::error_of([&] { render(settings, obstructed); }), "f04.png"));
    REQUIRE(fs::exists(folder.file("f%02d.png.lifereel")));
    CHECK(folder.names().size() == 6);
    fs::remove(folder.file("f04.png"));
    RenderSettings other = settings;
    other.universe.seed = 7;
    CHECK(contains(test::error_of([&] { render(other); }), "begun with seed = '480', now"));

    std::vector<std::string> notices;
    JobControl control;
    control.notice = [&](const std::string& notice) { notices.push_back(notice); };
    const RenderReport report = render(settings, control);
    CHECK(report.pipeline.frames_kept == 4);
    CHECK(report.pipeline.frames == frames - 4);
    CHECK(contains(join(notices), "resuming: 4 of 10 pictures are there"));
    CHECK(sequence_bytes(folder, frames) == sequence_bytes(whole, frames));
    CHECK(folder.names().size() == frames);

    CHECK(contains(test::error_of([&] { render(settings); }), "exists"));
    settings.overwrite = true;
    settings.universe.seed = 7;
    render(settings);
    CHECK(sequence_bytes(folder, frames) != sequence_bytes(whole, frames));
  }

  TEST_CASE("behind a filter chain, which may remember, a stopped sequence starts again") {
    REQUIRE_ENCODER("png");
    const test::TemporaryFolder folder, whole;
    RenderSettings settings = sequence(whole.file("f%02d.png"), 4);
    settings.film.filter = "tmix=frames=3";
    render(settings);
    settings.output = folder.file("f%02d.png");
    JobControl obstructed;
    obstructed.notice = [&](const std::string&) { fs::create_directory(folder.file("f02.png")); };
    CHECK(test::error_of([&] { render(settings, obstructed); }) != "");
    fs::remove(folder.file("f02.png"));
    CHECK(render(settings).pipeline.frames == 4);
    CHECK(sequence_bytes(folder, 4) == sequence_bytes(whole, 4));
    CHECK(folder.names().size() == 4);
  }

  TEST_CASE("what is stopped says how many pictures are there") {
    REQUIRE_ENCODER("png");
    const test::TemporaryFolder folder;
    RenderSettings settings = sequence(folder.file("f%d.png"), 100'000);
    CHECK(contains(stop_after(settings, 1),
                   "of 100000 pictures are there, and a render with the same settings"));
    settings.resume = Resume::restart;
    settings.frames = 2;
    settings.universe.seed = 7;
    CHECK(render(settings).pipeline.frames == 2);
    CHECK(!fs::exists(folder.file("f%d.png.lifereel")));
    RenderSettings still = pictures(folder.file("still.png"));
    still.frame = 100'000'000;
    CHECK(stop_after(still, 1) != "");
    CHECK(!fs::exists(still.output));
  }

  TEST_CASE("contradictions are found before anything is made") {
    REQUIRE_ENCODER("png");
    const test::TemporaryFolder folder;
    RenderSettings settings = pictures(folder.file("still.png"));
    const auto said = [&] { return test::refusal_of([&] { render(settings); }); };
    CHECK(contains(said(), "the length is missing"));
    settings.frames = 5;
    CHECK(contains(said(), "names one picture"));
    settings.frame = -1;
    CHECK(contains(said(), "frame must be 0 or more"));
    settings.frame = 3;
    settings.psnr = true;
    CHECK(contains(said(), "psnr reads a film back"));
    settings.psnr = false;
    settings.engine.lanes = 2;
    CHECK(contains(said(), "pictures are made one after another"));
    settings.engine.lanes = 0;
    settings.film.codec = "null";
    CHECK(contains(said(), "frame is of a still picture"));
    CHECK(folder.names().empty());
  }

  TEST_CASE("warnings come before the film, and those of settings that are lost with them") {
    REQUIRE_ENCODER("mpeg2video");
    const test::TemporaryFolder folder;
    std::vector<std::string> notices;
    bool begun = false;
    JobControl control;
    control.notice = [&](const std::string& notice) {
      CHECK(!begun);
      notices.push_back(notice);
    };
    control.progress = [&](const JobProgress&) { begun = true; };
    const auto said = [&](const RenderSettings& settings) {
      notices.clear();
      begun = false;
      const RenderReport report = render(settings, control);
      CHECK(report.film.warnings.empty());
      return join(notices);
    };
    for (const char* const name : {"a.ts", "a.m2v", "a.mxf", "a.mpg"}) {
      CAPTURE(name);
      RenderSettings settings = sequence(folder.file(name), 3);
      settings.film.codec = "mpeg2video";
      settings.film.frames_per_second = {25, 1};
      CHECK(contains(said(settings), "does not carry the film's settings"));
      CHECK(read_film_comment(settings.output).empty());
      settings.stats = folder.file(std::string(name) + ".json");
      settings.overwrite = true;
      CHECK(!contains(said(settings), "carry"));
    }
    for (const char* const name : {"a.mp4", "a.mov", "a.m4v", "a.mkv", "a.avi", "a.nut", "a.wmv"}) {
      CAPTURE(name);
      RenderSettings settings = sequence(folder.file(name), 3);
      settings.film.codec = "mpeg4";
      CHECK(!contains(said(settings), "carry"));
      CHECK(contains(read_film_comment(settings.output), "seed = 480"));
    }
  }
}
