// SPDX-License-Identifier: GPL-2.0-or-later
// What is expected of a film, and what it turns out to be.
#include "src/estimate.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "src/estimate/estimate_folder.h"
#include "src/estimate/measurement.h"
#include "src/estimate/sample_world.h"
#include "src/render.h"
#include "tests/messages.h"
#include "tests/src/json_check.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::error_of;

namespace {

RenderSettings film_by_crf(const std::string& output, std::int64_t frames) {
  RenderSettings settings;
  apply_look(settings, "aurora");
  settings.universe.width = 352;
  settings.universe.height = 288;
  settings.universe.particles = 730;
  settings.film.codec = "libx264";
  settings.film.codec_preset = "veryfast";
  settings.film.crf = 24;
  settings.film.gop = 60;
  settings.film.chunk_frames = 120;
  settings.engine.engine = EngineChoice::cpu;
  settings.frames = frames;
  settings.output = output;
  return settings;
}

AgeSample sample_at(std::int64_t age, double key_bytes, double other_bytes) {
  AgeSample sample;
  sample.age = age;
  sample.key_bytes = key_bytes;
  sample.other_bytes = other_bytes;
  return sample;
}

Measurement two_ages() {
  Measurement measurement;
  measurement.gop = 10;
  measurement.samples = {sample_at(100, 1000, 100), sample_at(200, 2000, 200)};
  measurement.samples[0].engine_cpu = 1.0 / 3;
  measurement.samples[1].stages.glyphs = 0.1;
  return measurement;
}

void spoil(const std::filesystem::path& folder) {
  for (const auto& file : std::filesystem::directory_iterator(folder))
    std::ofstream(file.path(), std::ios::app) << "probe 3\n";
}

double off(double expected, double measured) { return std::abs(expected / measured - 1); }

}  // namespace

TEST_SUITE("src.estimate") {
  TEST_CASE("quantities change evenly between samples, and after them are as among old ones") {
    const auto samples = two_ages().samples;
    CHECK(mean_over(samples, &AgeSample::key_bytes, 0, 100) == doctest::Approx(1000));
    CHECK(mean_over(samples, &AgeSample::key_bytes, 100, 200) == doctest::Approx(1500));
    CHECK(mean_over(samples, &AgeSample::key_bytes, 200, 900) == doctest::Approx(2000));
    CHECK(mean_over(samples, &AgeSample::key_bytes, 0, 300) == doctest::Approx(1500));
    CHECK(mean_over(samples, &AgeSample::key_bytes, 150, 150) == doctest::Approx(1500));
    auto older = samples;
    older.push_back(older.back());
    older.back().age = 300;
    older.back().key_bytes = 4000;
    CHECK(mean_over(older, &AgeSample::key_bytes, 250, 350) == doctest::Approx(3250));
    CHECK(mean_over(older, &AgeSample::key_bytes, 300, 900) == doctest::Approx(3000));
    CHECK(mean_over({}, &AgeSample::key_bytes, 0, 10) == 0);
    CHECK(mean_bytes(two_ages(), 0, 100) == doctest::Approx(0.1 * 1000 + 0.9 * 100));
    CHECK(mean_bytes(two_ages(), 0, 5) == doctest::Approx(0.2 * 1000 + 0.8 * 100));
    // Each chunk ends cheaply: three of them in a hundred frames.
    Measurement chunks = two_ages();
    chunks.chunk_frames = 40;
    chunks.saved_at_end = 300;
    CHECK(mean_bytes(chunks, 0, 100) == doctest::Approx(190 - 3 * 300 / 100.0));
  }

  TEST_CASE("measurements are kept to the bit, and damaged ones are none") {
    Measurement measurement = two_ages();
    measurement.chunk_frames = 40;
    measurement.saved_at_end = 2.0 / 3;
    measurement.finished = {1000, 2, 12.5, 123456, 99, {}};
    const std::string text = print(measurement);
    const auto read = parse_measurement(text);
    REQUIRE(read);
    CHECK(print(*read) == text);
    CHECK(read->samples[0].engine_cpu == 1.0 / 3);
    CHECK(read->finished->film_bytes == 123456);
    for (std::size_t at = 0; at < text.size(); at += 7) {
      std::string damaged = text;
      damaged[at] ^= 1;
      CHECK_FALSE(parse_measurement(damaged));
      CHECK_FALSE(parse_measurement(text.substr(0, at)));
    }
  }

  TEST_CASE("the oldest measurements go when there are many") {
    const test::TemporaryFolder folder;
    const std::string cache = folder.file("cache");
    for (std::size_t i = 0; i < most_kept_measurements + 3; ++i) {
      keep_measurement(cache, std::to_string(i), two_ages());
      if (i == 0)
        for (const auto& file : std::filesystem::directory_iterator(cache))
          std::filesystem::last_write_time(
              file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    }
    CHECK_FALSE(kept_measurement(cache, "0"));
    CHECK(kept_measurement(cache, std::to_string(most_kept_measurements + 2)));
    const std::filesystem::directory_iterator files(cache), end;
    CHECK(static_cast<std::size_t>(std::distance(files, end)) == most_kept_measurements);
  }

  TEST_CASE("a small world is as dense as the large one and has its shape and forces") {
    UniverseSettings universe;
    universe.width = 7680;
    universe.height = 2160;
    universe.particles = 115000;
    const UniverseSettings world = sample_world(universe, 640.0 * 368);
    CHECK(world.height < 400);
    CHECK(world.matrix == make_initial_state(universe).matrix);
    const double density = world.particles / pixels_of(world);
    CHECK(off(density, universe.particles / pixels_of(universe)) < 0.01);
    CHECK(off(1.0 * world.width / world.height, 7680.0 / 2160) < 0.05);
    universe.look.tone = ToneCurve::log;
    universe.look.scanlines = 0.5f;
    CHECK(sample_world(universe, 640.0 * 368) == universe);
  }

  TEST_CASE("a film turns out as large as was expected, and is the next one's estimate") {
    const test::TemporaryFolder folder;
    EstimateSettings how;
    how.folder = folder.file("cache/of/ours");
    const RenderSettings settings = film_by_crf(folder.file("film.mp4"), 480);
    const Estimate expected = estimate(settings, how);
    CHECK(expected.source == Estimate::Source::measured);
    CHECK(expected.frames == 480);
    CHECK(expected.seconds > 0);
    CHECK(expected.budget.engine > 0);
    CHECK(expected.budget.encode > 0);
    CHECK(expected.disk_bytes > 2 * expected.film_bytes);
    CHECK(estimate(settings, how).source == Estimate::Source::kept);
    CHECK(estimate(settings, how).film_bytes == expected.film_bytes);

    JobControl control;
    control.estimate = &expected;
    RenderReport report = render(settings, control);
    CAPTURE(expected.film_bytes);
    CAPTURE(report.film.file_bytes);
    CHECK(off(static_cast<double>(expected.film_bytes),
              static_cast<double>(report.film.file_bytes)) < 0.15);
    CHECK(contains(describe(report), "\na frame     "));
    CHECK(contains(describe(report), "\nestimated   "));
    CHECK(contains(to_json(settings, report), "\"source\": \"measured\""));
    CHECK(test::is_json(to_json(settings, report)));

    report.pipeline.wall_seconds = 40;
    keep_as_estimate(settings, report, how);
    const Estimate again = estimate(settings, how);
    CHECK(again.source == Estimate::Source::rendered);
    CHECK(again.seconds == doctest::Approx(40));
    CHECK(again.film_bytes == static_cast<std::uint64_t>(report.film.file_bytes));
    CHECK(estimate(film_by_crf(settings.output, 48000), how).source != Estimate::Source::rendered);
    const Estimate longer = estimate(film_by_crf(settings.output, 4800), how);
    CHECK(longer.source == Estimate::Source::rendered);
    CHECK(longer.seconds > 200);
    CHECK(longer.film_bytes > 8 * again.film_bytes);
    CHECK(test::is_json(to_json(settings, longer)));
    CHECK(contains(describe_at_length(longer), "a finished film"));

    spoil(how.folder);
    CHECK(estimate(settings, how).source == Estimate::Source::measured);
  }

  TEST_CASE("with a bitrate a film's size is known") {
    RenderSettings settings;
    apply_preset(settings, "dvd_video");
    settings.engine.engine = EngineChoice::cpu;
    EstimateSettings how;
    how.probe_seconds = 0.2;
    how.folder = "/proc/none";  // nobody can write there
    const Estimate expected = estimate(settings, how);
    CHECK(expected.source == Estimate::Source::measured);
    CHECK(off(static_cast<double>(expected.film_bytes), (4.4e6 + 192e3) / 8 * 7207.2 * 1.0213) <
          0.001);
    CHECK(expected.peak_memory_bytes > 38u << 20);
  }

  TEST_CASE("films without an encoder, pictures and scenes have their estimates") {
    EstimateSettings how;
    how.probe_seconds = 0.1;
    RenderSettings settings = film_by_crf("film.mp4", 200);
    settings.film = {};
    settings.film.codec = "null";
    CHECK(estimate(settings, how).film_bytes == 0);
    settings = film_by_crf("film%05d.png", 30);
    const Estimate pictures = estimate(settings, how);
    CHECK(pictures.film_bytes > 30 * 1000);
    settings = film_by_crf("film.mkv", 100);
    apply_setting(settings, "scene", "rain", "test");
    CHECK(estimate(settings, how).film_bytes > 1000);
    settings.frames.reset();
    CHECK(contains(error_of([&] { estimate(settings, how); }), "the length is missing"));
  }

  TEST_CASE("whatever changes a film or how it is made is measured by itself") {
    const RenderSettings settings = film_by_crf("film.mp4", 480);
    const std::string key = measurement_key(settings);
    CHECK(measurement_key(film_by_crf("other.mp4", 9)) == key);
    for (const auto& [name, value] : {std::pair{"seed", "7"}, {"crf", "25"}, {"threads", "1"}}) {
      RenderSettings other = settings;
      apply_setting(other, name, value, "test");
      CHECK(measurement_key(other) != key);
    }
  }

  TEST_CASE("the best quality is chosen that ends in time and fits") {
    const test::TemporaryFolder folder;
    const auto settings_of = [&](Quality quality) {
      RenderSettings settings = film_by_crf(folder.file("film.mp4"), 480);
      apply_quality(settings, quality);
      settle_quality(settings);
      return settings;
    };
    std::uint64_t memory = 1;
    const auto measure = [&](const RenderSettings& settings) {
      Estimate estimate;
      estimate.seconds = settings.universe.height;  // 540, 720, 1080, 2160
      estimate.film_bytes = 1000;
      estimate.peak_memory_bytes = settings.universe.height > 1000 ? memory : 1;
      return estimate;
    };
    CHECK(choose_quality(settings_of, 3600, measure).quality == Quality::max);
    const QualityChoice choice = choose_quality(settings_of, 1100, measure);
    CHECK(choice.quality == Quality::production);
    CHECK(contains(choice.why, "max would take 36:00 min"));
    CHECK(contains(error_of([&] { choose_quality(settings_of, 1, measure); }),
                   "no quality can be had within 1.0 s: draft would take 9:00 min"));
    memory = std::uint64_t{1} << 60;
    CHECK(choose_quality(settings_of, 3600, measure).quality == Quality::preview);
    const auto refuses = [&](Quality quality) {
      if (quality == Quality::max) throw std::invalid_argument("it is forbidden");
      return settings_of(quality);
    };
    memory = 1;
    const QualityChoice second = choose_quality(refuses, 3600, measure);
    CHECK(second.quality == Quality::production);
    CHECK(contains(second.why, "max is not possible: it is forbidden"));
  }

  TEST_CASE("what a machine is, and what renders take of it") {
    const MachineReport machine = machine_report();
    CHECK(machine.processors >= 1);
    CHECK(machine.processors <= machine.processors_allowed);
    CHECK(machine.memory <= machine.memory_total);
    RenderSettings settings;
    apply_preset(settings, "dvd_video");
    settings.engine.lanes = 2;
    const RenderPlan two = plan_render(settings);
    settings.engine.lanes = 1;
    const RenderPlan one = plan_render(settings);
    CHECK(two.lanes == 2);
    CHECK(one.memory_bytes < two.memory_bytes);
    CHECK(two.ring_slots > 360);
    CHECK(test::is_json(machine_json()));
    CHECK(contains(machine_json(), "\"preset\": \"panoramic\""));
  }
}
