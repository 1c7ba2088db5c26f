// SPDX-License-Identifier: GPL-2.0-or-later
// The scout as a whole, on small worlds: the same whatever the threads, shares and stops.
#include "src/scout.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>

#include "src/errors.h"
#include "src/scout/ranking.h"
#include "src/scout/seed_run.h"
#include "tests/messages.h"
#include "tests/sanitizers.h"
#include "tests/src/json_check.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using namespace lifereel::test;

namespace fs = std::filesystem;

namespace {

ScoutSettings small_scout(const std::string& folder) {
  ScoutSettings settings;
  settings.film.universe.width = 320;
  settings.film.universe.height = 270;
  settings.film.universe.particles = 200;
  settings.film.film.frames_per_second = {20, 1};
  settings.film.frames = 1300;
  settings.seeds = parse_seeds("1-8,480");
  settings.rungs = {200, 400};
  settings.keep_percent = 60;
  settings.finalists = 2;
  settings.films = false;
  settings.folder = folder;
  settings.threads = 2;
  settings.command = "film {seed} as {seed}.mp4";
  return settings;
}

/// What a scout without a stop finds.
const std::string& expected_csv() {
  static const std::string csv = [] {
    const TemporaryFolder folder;
    return to_csv(run_scout(small_scout(folder.file("scout"))));
  }();
  return csv;
}

std::string refusal(const ScoutSettings& settings) {
  return refusal_of([&] { run_scout(settings); });
}

}  // namespace

TEST_SUITE("src.scout") {
  TEST_CASE("seeds as text" * doctest::skip(looks_for_races)) {
    CHECK(parse_seeds("480") == std::vector<std::uint64_t>{480});
    CHECK(parse_seeds("3-5,1,4-6") == std::vector<std::uint64_t>{1, 3, 4, 5, 6});
    CHECK(parse_seeds("18446744073709551615").size() == 1);
    CHECK(parse_seeds("18446744073709551610-18446744073709551615").size() == 6);
    for (const char* const text : {"", "-", "1-", "-5", "1,,2", "a", "1-5x", "1 - 5", ","})
      CHECK(contains(refusal_of([&] { parse_seeds(text); }), "is not seeds"));
    CHECK(contains(refusal_of([] { parse_seeds("9-3"); }), "goes backwards: write 3-9"));
    CHECK(contains(refusal_of([] { parse_seeds("0-18446744073709551615"); }), "10 million"));
  }

  TEST_CASE("the best of each rung go on, and finalists are shown" *
            doctest::skip(looks_for_races)) {
    const TemporaryFolder folder;
    ScoutSettings settings = small_scout(folder.file("scout"));
    const ScoutReport report = run_scout(settings);
    CHECK(report.complete);
    CHECK(report.rungs == std::vector<std::int64_t>{200, 400, 1200});
    CHECK(report.entered == std::vector<std::size_t>{9, 6, 2});
    CHECK(report.frames_run == 9 * 200 + 6 * 400 + 2 * 1200);
    REQUIRE(report.seeds.size() == 9);
    int finalists = 0;
    for (const ScoutedSeed& seed : report.seeds) {
      CHECK(seed.frames == (seed.finalist ? 1200 : seed.rivals == 6 ? 400 : 200));
      CHECK(seed.course.size() == static_cast<std::size_t>(seed.frames / 200));
      CHECK(seed.command ==
            "film " + std::to_string(seed.seed) + " as " + std::to_string(seed.seed) + ".mp4");
      if (!seed.finalist) continue;
      ++finalists;
      for (const char* const frame : {"-200.png", "-400.png", "-1200.png"})
        CHECK(fs::exists(folder.file("scout/stills/" + std::to_string(seed.seed) + frame)));
    }
    CHECK(finalists == 2);
    CHECK(to_csv(report) == expected_csv());
    CHECK(contents(folder.file("scout/scout.csv")) == expected_csv());
    CHECK(is_json(contents(folder.file("scout/scout.json"))));
    const std::string page = contents(folder.file("scout/index.html"));
    CHECK(contains(page, "data:image/png;base64"));
    CHECK(contains(page, "film {seed} as"));
    CHECK_FALSE(contains(page, "@DATA@"));
    const std::size_t data = page.find("application/json\">") + 18;
    CHECK(is_json(page.substr(data, page.find("</script>", data) - data)));
    for (const char* const outside : {"http:", "https:", "//cdn", "@import", "url("})
      CHECK_FALSE(contains(page, outside));
  }

  TEST_CASE("nothing is run twice, and more seeds may follow" * doctest::skip(looks_for_races)) {
    const TemporaryFolder folder;
    ScoutSettings settings = small_scout(folder.path());
    settings.seeds = parse_seeds("1-5");
    run_scout(settings);
    CHECK(run_scout(settings).frames_run == 0);
    settings.seeds = parse_seeds("1-8,480");
    const ScoutReport report = run_scout(settings);
    CHECK(report.frames_run < 9 * 200 + 6 * 400 + 2 * 1200);
    CHECK(to_csv(report) == expected_csv());
  }

  TEST_CASE("threads and instruction sets make no difference") {
    for (const Isa isa : available_isas()) {
      if (looks_for_races && isa != available_isas().back()) continue;
      const TemporaryFolder folder;
      ScoutSettings settings = small_scout(folder.path());
      settings.film.engine.isa = isa;
      settings.threads = isa == Isa::baseline && !looks_for_races ? 1 : 5;
      CHECK(to_csv(run_scout(settings)) == expected_csv());
    }
  }

  TEST_CASE("stopped again and again it finds the same") {
    const TemporaryFolder folder;
    const ScoutSettings settings = small_scout(folder.path());
    int stops = 0;
    for (int reports = 1;; ++reports) {
      std::atomic<bool> cancel{false};
      int reported = 0;
      JobControl control;
      control.cancel = &cancel;
      control.progress = [&](const JobProgress& progress) {
        // Not before something is there, or it never ends.
        if (progress.frames_done > 0 && ++reported == reports) cancel = true;
      };
      try {
        const std::string csv = to_csv(run_scout(settings, control));
        CHECK(csv == expected_csv());
        break;
      } catch (const Cancelled& error) {
        ++stops;
        CHECK(contains(error.what(), "is kept"));
      }
      // A kill leaves lines cut short.
      std::ofstream(folder.file("records-all.txt"), std::ios::app) << "run1 7 200 1 2";
    }
    CHECK(stops >= 1);
  }

  TEST_CASE("shares wait for each other, and join to what one finds" *
            doctest::skip(looks_for_races)) {
    const TemporaryFolder folder;
    std::set<std::string> waits;
    for (int round = 0; round < 3; ++round)
      for (int share = 1; share <= 3; ++share) {
        ScoutSettings settings = small_scout(folder.path());
        settings.share = share;
        settings.shares = 3;
        const ScoutReport report = run_scout(settings);
        CHECK_FALSE(report.complete);
        waits.insert(report.waits_for);
      }
    CHECK(waits.contains(""));
    CHECK(std::any_of(waits.begin(), waits.end(), [](const std::string& sentence) {
      return contains(sentence, "still to be run for 200 frames by other shares");
    }));
    CHECK_FALSE(fs::exists(folder.file("index.html")));
    const ScoutReport joined = run_scout(small_scout(folder.path()));
    CHECK(joined.complete);
    CHECK(joined.frames_run == 0);
    CHECK(to_csv(joined) == expected_csv());
  }

  TEST_CASE("pictures that are missing or damaged are made again" *
            doctest::skip(looks_for_races)) {
    const TemporaryFolder folder;
    ScoutSettings settings = small_scout(folder.path());
    settings.seeds = parse_seeds("1-3");
    settings.film.frames = 400;
    run_scout(settings);
    const fs::path still = fs::directory_iterator(folder.file("stills"))->path();
    const std::string whole = contents(still.string());
    for (const std::string& damaged : {std::string(), whole.substr(0, whole.size() - 1)}) {
      std::ofstream(still, std::ios::binary) << damaged;
      CHECK(run_scout(settings).frames_run == 400);
      CHECK(contents(still.string()) == whole);
      CHECK(run_scout(settings).frames_run == 0);
    }
    settings.films = true;
    const bool has_films = run_scout(settings).frames_run > 0;
    CHECK(run_scout(settings).frames_run == 0);
    if (!has_films) return;  // this FFmpeg has no encoder
    const fs::path film = fs::directory_iterator(folder.file("films"))->path();
    fs::resize_file(film, 0);
    CHECK(run_scout(settings).frames_run == 400);
    CHECK(fs::file_size(film) > 0);
  }

  TEST_CASE("what shares at work keep is left to them" * doctest::skip(looks_for_races)) {
    const TemporaryFolder folder;
    const ScoutSettings settings = small_scout(folder.path());
    run_scout(settings);
    const std::vector<std::string> theirs{"running-9-200", "running-1-200.part-x", "running-1-20x"};
    for (const std::string& name : theirs) folder.write(name, "x");
    folder.write("running-1-200", "x");
    CHECK(run_scout(settings).complete);
    for (const std::string& name : theirs) CHECK(fs::exists(folder.file(name)));
    CHECK_FALSE(fs::exists(folder.file("running-1-200")));
  }

  TEST_CASE("a universe on its way goes on from where it was kept" *
            doctest::skip(looks_for_races)) {
    const TemporaryFolder folder;
    const ObservationTimes times({20, 1});
    SeedRun run{{7, 1000},
                small_scout("").film.universe,
                Isa::automatic,
                times,
                folder.file("running"),
                nullptr,
                nullptr,
                {},
                {}};
    run.universe.seed = 7;
    const ObservedRun expected = run_seed(run);
    CHECK_FALSE(fs::exists(run.kept_path));
    CHECK(expected.course.size() == 5);
    std::atomic<std::int64_t> frames{0};
    run.frames_run = &frames;
    // Stopped after each observation in turn.
    for (int stop_after = 1; stop_after < 5; ++stop_after) {
      std::atomic<bool> cancel{false};
      run.cancel = &cancel;
      run.least_kept = std::chrono::seconds(0);
      run.shown = {200 * stop_after};
      run.show = [&](const State&) { cancel = true; };
      CHECK_THROWS_AS(run_seed(run), Cancelled);
      CHECK(fs::exists(run.kept_path));
      cancel = false;
      frames = 0;
      run.shown.clear();
      CHECK(print_record(run.key, run_seed(run)) == print_record(run.key, expected));
      CHECK(frames == 1000 - 200 * stop_after);
      CHECK_FALSE(fs::exists(run.kept_path));
    }
    {  // Stopped while it is shown, it is shown again.
      std::atomic<bool> cancel{false};
      run.cancel = &cancel;
      run.shown = {400};
      run.show = [](const State&) { throw Cancelled("the film was stopped"); };
      CHECK_THROWS_AS(run_seed(run), Cancelled);
      std::vector<std::uint64_t> shown;
      run.show = [&](const State& state) { shown.push_back(state.frame); };
      frames = 0;
      CHECK(print_record(run.key, run_seed(run)) == print_record(run.key, expected));
      CHECK(shown == std::vector<std::uint64_t>{400});
      CHECK(frames == 600);
      run.shown.clear();
      run.cancel = nullptr;
    }
    // What is damaged, or another run's, does not count.
    folder.write("running", "lifereel scout run v01\n 7 1000 200 1 200\n");
    frames = 0;
    CHECK(print_record(run.key, run_seed(run)) == print_record(run.key, expected));
    CHECK(frames == 1000);
  }

  TEST_CASE("worlds that nobody would film do not win" * doctest::skip(sanitized)) {
    // Beside twenty seeds: no forces, all motion braked, and heat without end.
    std::vector<ScoutedSeed> all;
    const ObservationTimes times({20, 1});
    const auto add = [&](std::uint64_t number, const UniverseSettings& universe) {
      const SeedRun run{
          {number, 1000}, universe, Isa::automatic, times, "", nullptr, nullptr, {}, {}};
      const ObservedRun observed = run_seed(run);
      ScoutedSeed seed;
      seed.seed = number;
      seed.measures = observed.measures;
      seed.dead_from = observed.dead_from;
      all.push_back(seed);
    };
    UniverseSettings usual = small_scout("").film.universe;
    usual.width = usual.height = 400;
    usual.particles = 1000;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      usual.seed = seed;
      add(seed, usual);
    }
    UniverseSettings still = usual, braked = usual, hot = usual;
    still.matrix.assign(25, 0.0f);
    braked.friction = 0.01f;
    braked.force_scale = 0.01f;
    hot.friction = 1.0f;
    add(1001, still);
    add(1002, braked);
    add(1003, hot);
    rank(all);
    for (const ScoutedSeed& seed : all) {
      if (seed.seed <= 1000) continue;
      CAPTURE(seed.seed);
      CHECK(seed.place > 12);
    }
  }

  TEST_CASE("what cannot be scouted is refused" * doctest::skip(looks_for_races)) {
    const TemporaryFolder folder;
    ScoutSettings settings = small_scout(folder.file("scout"));
    settings.seeds.clear();
    CHECK(contains(refusal(settings), "needs seeds"));
    settings = small_scout(folder.file("scout"));
    settings.film.frames.reset();
    CHECK(contains(refusal(settings), "seconds"));
    settings = small_scout(folder.file("scout"));
    apply_setting(settings.film, "scene", "rain", "here");
    CHECK(contains(refusal(settings), "scene = particle-life"));
    settings = small_scout("");
    CHECK(contains(refusal(settings), "needs a folder"));
    settings = small_scout(folder.file("scout"));
    settings.rungs = {400, 200};
    CHECK(contains(refusal(settings), "rungs go up"));
    CHECK_FALSE(fs::exists(folder.file("scout")));
    folder.write("photos/cat.jpg", "meow");
    CHECK(contains(refusal(small_scout(folder.file("photos"))), "holds something else, 'cat.jpg'"));
    CHECK(contains(refusal(small_scout(folder.file("photos/cat.jpg"))), "cannot make the folder"));
    folder.write("torn/records-all.txt", "");
    CHECK_THROWS_AS(run_scout(small_scout(folder.file("torn"))), TryAgain);
    run_scout(small_scout(folder.file("scout")));
    settings = small_scout(folder.file("scout"));
    settings.film.universe.friction = 0.8f;
    CHECK(contains(refusal(settings),
                   "holds a scout of another film, 'friction = 0.85' there and "
                   "'friction = 0.8' here"));
  }
}
