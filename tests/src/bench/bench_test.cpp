// SPDX-License-Identifier: GPL-2.0-or-later
// Benchmarks with tiny counts: what they tell is complete and adds up. No figure is judged.
#include "src/bench.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "src/errors.h"
#include "src/pipeline.h"
#include "tests/messages.h"
#include "tests/src/json_check.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using lifereel::test::contains;
using lifereel::test::is_json;

namespace {

void check_part(const BenchPart& part, std::int64_t frames) {
  CHECK(part.frames == frames);
  CHECK(part.wall_seconds > 0);
  CHECK(part.processor_seconds >= 0);
  CHECK(part.frames_per_second() * part.wall_seconds ==
        doctest::Approx(static_cast<double>(frames)));
}

}  // namespace

TEST_SUITE("src.bench") {
  TEST_CASE("JSON is told from what is none") {
    for (const char* text : {"{}", "[]", "[1, -2.5e-3, null, {\"a\\\"\\u00e9\": [true]}]", " 0 "})
      CHECK(is_json(text));
    for (const char* text : {"", "{", "{1: 2}", "[1,]", "[1 2]", "01", "\"\n\"", "nan", "{} {}"})
      CHECK_FALSE(is_json(text));
  }

  TEST_CASE("a preset's parts are all measured over the same frames, and nothing stays behind") {
    const test::TemporaryFolder folder;
    BenchSettings settings;
    settings.presets = {"dvd_video"};
    settings.frames = 9;
    settings.rounds = 2;
    settings.folder = folder.path();
    settings.picture_memory_bytes = 4 * 720 * 1024;  // fewer pictures than frames
    std::vector<std::string> told;
    JobControl control;
    control.progress = [&](const JobProgress& progress) { told.push_back(progress.measuring); };
    const BenchReport report = run_bench(settings, control);
    CHECK(folder.names().empty());
    CHECK(told.size() == 9);  // choosing, and four parts twice

    REQUIRE(report.presets.size() == 1);
    const PresetBench& preset = report.presets[0];
    CHECK(preset.preset == "dvd_video");
    CHECK(preset.codec == "mpeg2video");
    CHECK(preset.particles == 2500);
    CHECK(preset.skipped == "");
    CHECK(preset.frames == 9);
    CHECK(preset.pictures_in_memory > 1);
    CHECK(preset.pictures_in_memory < 9);
    for (const BenchPart* part :
         {&preset.engine_one_thread, &preset.engine, &preset.encoder, &preset.film})
      check_part(*part, 9);
    CHECK(preset.engine_one_thread.threads == 1);
    CHECK(preset.engine.threads == report.machine.processors);
    CHECK(preset.encoder.threads == 0);
    CHECK(preset.engine.lanes == 0);
    CHECK(preset.encoder.lanes == 1);  // so few frames are one chunk
    CHECK(preset.film.lanes == 1);
    CHECK(preset.film_over_slower > 0);
    CHECK(preset.film_over_bound > 0);
    CHECK(preset.film_over_bound <= preset.film_over_slower);

    CHECK(report.machine.processors >= 1);
    CHECK(report.machine.memory_bytes > 0);
    CHECK(report.machine.processor != "");
    CHECK(report.machine.date.size() == 10);
    const std::string table = describe(report);
    CHECK(contains(table, report.machine.processor));
    CHECK(contains(table, report.machine.date));
    CHECK(contains(table, "| `dvd_video`, 720x480, 2500 particles, mpeg2video | 9 | "));
    // Every row of a Markdown table has as many cells.
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("|")) CHECK(std::count(line.begin(), line.end(), '|') == 10);
    CHECK(is_json(to_json(report)));
  }

  TEST_CASE("a preset is measured in another look, and its row says so") {
    const test::TemporaryFolder folder;
    BenchSettings settings;
    settings.presets = {"dvd_video"};
    settings.look = "neon";
    settings.frames = 6;
    settings.rounds = 1;
    settings.folder = folder.path();
    settings.picture_memory_bytes = 6 * 768 * 480;  // six in gray; in colour they have chroma, too
    const BenchReport report = run_bench(settings);
    REQUIRE(report.presets.size() == 1);
    check_part(report.presets[0].film, 6);
    CHECK(report.presets[0].pictures_in_memory == 4);
    CHECK(contains(describe(report), "| `dvd_video`, neon, 720x480, "));
    CHECK(contains(to_json(report), "\"look\": \"neon\""));
    settings.look = "neno";
    CHECK_THROWS_WITH_AS(run_bench(settings), doctest::Contains("did you mean neon?"),
                         std::invalid_argument);
  }

  TEST_CASE("a preset that cannot be measured says why in its row") {
    BenchReport report;
    PresetBench preset;
    preset.preset = "bd_4k_6h";
    preset.skipped = "this FFmpeg has no encoder libx265";
    report.presets.push_back(preset);
    CHECK(contains(describe(report), "skipped: this FFmpeg has no encoder libx265"));
    CHECK(contains(to_json(report), "\"skipped\": \"this FFmpeg"));
    CHECK(is_json(to_json(report)));
  }

  TEST_CASE("benchmarks that cannot be meant are refused, others can be cancelled") {
    BenchSettings settings;
    settings.presets = {"dvd"};
    CHECK_THROWS_WITH_AS(run_bench(settings), doctest::Contains("no preset 'dvd'"),
                         std::invalid_argument);
    settings.presets = {"dvd_video"};
    settings.rounds = 0;
    CHECK_THROWS_AS(run_bench(settings), std::invalid_argument);
    settings.rounds = 1;
    settings.frames = -1;
    CHECK_THROWS_AS(run_bench(settings), std::invalid_argument);
    settings.frames = 1;
    settings.folder = "/nowhere";
    CHECK_THROWS_WITH_AS(run_bench(settings), doctest::Contains("/nowhere"), std::runtime_error);
    settings.folder = "";
    const std::atomic<bool> cancel = true;
    JobControl control;
    control.cancel = &cancel;
    CHECK_THROWS_AS(run_bench(settings, control), Cancelled);
    CHECK_THROWS_AS(run_scaling({}, control), Cancelled);
  }

  TEST_CASE("scaling: the world grows with N, or without") {
    ScalingSettings settings;
    settings.frames = 2;
    settings.most_particles = 10'000;
    const ScalingReport report = run_scaling(settings);
    REQUIRE(report.points.size() == 6);
    const double density = 720.0 * 480 / 2500;
    for (const ScalingPoint& point : report.points) {
      CHECK(point.frames == 2);
      CHECK(point.step_seconds > 0);
      CHECK(point.draw_seconds > 0);
      if (point.series == "density")
        CHECK(1.0 * point.width * point.height / point.particles ==
              doctest::Approx(density).epsilon(0.01));
      else
        CHECK(point.particles == 2500);
    }
    CHECK(report.points[1].width == 720);
    CHECK(report.points[5].width == 1440);

    const std::string csv = to_csv(report);
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 7);
    CHECK(csv.starts_with("series,particles,width,height,frames,frames_per_second,step_ms,"));
    CHECK(contains(csv, "\npixels,2500,1440,960,2,"));
    CHECK(is_json(to_json(report)));
    const std::string table = describe(report);
    CHECK(contains(table, "| N = 10000, 1440x960 | "));
    CHECK(contains(table, "the world grows, N does not"));
  }
}
