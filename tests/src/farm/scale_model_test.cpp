// SPDX-License-Identifier: GPL-2.0-or-later
// How the time of a film falls with the number of machines: the ranges that plans have, in a
// simulation of 1 to 1000 machines, against the formulas.
//
// LIFEREEL_SCALE_CSV=FILE: the curves, for tests/plots/farm.py.
#include "tests/src/farm/scale_model.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

using namespace lifereel;
using namespace lifereel::test;

namespace {

// bd_4k_6h, of 432 000 frames in 864 chunks, on a processor and with a GPU; dvd_video.
const ChunkPlan bd{432'000, 500}, dvd{215'784, 540};
const FarmSpeeds bd_on_cpu{250, 8}, bd_on_gpu{1500, 8}, dvd_speeds{840, 300};

double frames(const ChunkPlan& plan) { return static_cast<double>(plan.frames); }

ModelledFarm farm(const ChunkPlan& plan, const FarmSpeeds& speeds) {
  return {.plan = plan, .speeds = speeds};
}

int fitting(const ChunkPlan& plan, int tasks) {
  return static_cast<int>(std::min<std::int64_t>(tasks, plan.count()));
}

double alone(const ChunkPlan& plan, const FarmSpeeds& speeds) {
  return frames(plan) / speeds.render;
}

}  // namespace

TEST_SUITE("src.scale_model") {
  TEST_CASE("shrinking ranges take what the formula says, and all end together") {
    for (const auto& [plan, speeds] :
         {std::pair{bd, bd_on_cpu}, std::pair{bd, bd_on_gpu}, std::pair{dvd, dvd_speeds}})
      for (int machines = 1; machines <= 1000; machines += 1 + machines / 5) {
        CAPTURE(machines);
        const int tasks = fitting(plan, machines);
        const std::vector<FarmTask> ranges = shrinking_ranges(plan, tasks, 0, speeds);
        REQUIRE(static_cast<int>(ranges.size()) == tasks);
        CHECK(ranges.front().first == 0);
        CHECK(ranges.back().end == plan.count());
        for (std::size_t k = 1; k < ranges.size(); ++k) {
          CHECK(ranges[k].first == ranges[k - 1].end);
          CHECK(ranges[k].end - ranges[k].first <= ranges[k - 1].end - ranges[k - 1].first + 1);
        }
        ModelledFarm without = farm(plan, speeds);
        without.overhead = 0;
        const double seconds = model(without, ranges, machines).seconds;
        CHECK(seconds == doctest::Approx(seconds_together(plan, ranges, 0, speeds)).epsilon(1e-9));
        // Chunks are whole: the formula has parts of them.
        const double chunk_seconds = static_cast<double>(plan.chunk_frames) / speeds.render;
        const double formula = shrinking_seconds(frames(plan), speeds, machines);
        CHECK(seconds >= formula * (1 - 1e-9));
        CHECK(seconds <= formula + 1.5 * chunk_seconds);
      }
  }

  TEST_CASE("six hours in 4K are worth many machines, a DVD is worth few") {
    const auto gain = [](const ChunkPlan& plan, const FarmSpeeds& speeds, int machines) {
      return alone(plan, speeds) /
             model(farm(plan, speeds), shrinking_ranges(plan, machines, 0, speeds), machines)
                 .seconds;
    };
    CHECK(gain(bd, bd_on_cpu, 10) == doctest::Approx(8.7).epsilon(0.02));
    // 77.7 by the formula; whole chunks and what every task costs take the rest.
    CHECK(gain(bd, bd_on_gpu, 100) == doctest::Approx(77.7).epsilon(0.06));
    CHECK(gain(dvd, dvd_speeds, 4) > 2);
    CHECK(gain(dvd, dvd_speeds, 100) < dvd_speeds.engine / dvd_speeds.render);
  }

  TEST_CASE(
      "equal ranges and start states come near the least there is, with fewer machines than "
      "tasks") {
    for (const auto& speeds : {bd_on_cpu, bd_on_gpu})
      for (const int machines : {1, 2, 5, 10, 20, 50}) {
        CAPTURE(machines);
        const int tasks = fitting(bd, 8 * machines);
        const double least = least_seconds(frames(bd), speeds, machines);
        const double with = model(farm(bd, speeds), equal_ranges(bd, tasks), machines).seconds;
        CHECK(with >= least);
        // Each begins a range's way from a state, and the last ones do not end together.
        const double range_frames = frames(bd) / tasks;
        CHECK(with <= (1 + speeds.render / speeds.engine) * least +
                          machines * range_frames / speeds.engine + range_frames / speeds.render +
                          2.0 * tasks / machines + 4);
        ModelledFarm without = farm(bd, speeds);
        without.start_states = false;
        if (machines > 1) CHECK(model(without, equal_ranges(bd, tasks), machines).seconds > with);
      }
  }

  TEST_CASE("failures and slow machines cost time, and never the film") {
    for (const int machines : {10, 100}) {
      CAPTURE(machines);
      const std::vector<FarmTask> shrinking = shrinking_ranges(bd, machines, 0, bd_on_gpu);
      const std::vector<FarmTask> equal = equal_ranges(bd, fitting(bd, 8 * machines));
      ModelledFarm bad = farm(bd, bd_on_gpu);
      const double calm_shrinking = model(bad, shrinking, machines).seconds;
      const double calm_equal = model(bad, equal, machines).seconds;
      bad.mean_seconds_to_fail = 0.25 * calm_shrinking;
      const ModelledRun failing = model(bad, shrinking, machines);
      CHECK(failing.runs > 2 * machines);
      CHECK(failing.seconds > calm_shrinking);
      CHECK(failing.seconds < 3 * calm_shrinking);
      bad.mean_seconds_to_fail = 0;
      bad.stragglers = 0.1;
      // A slow machine's range takes twice as long; of small ranges it takes fewer.
      CHECK(model(bad, shrinking, machines).seconds > 1.5 * calm_shrinking);
      CHECK(model(bad, equal, machines).seconds < 1.4 * calm_equal);
    }
  }

  TEST_CASE("curves for the plot") {
    const char* const path = std::getenv("LIFEREEL_SCALE_CSV");
    if (path == nullptr) return;
    std::ofstream csv(path);
    csv << "film,machines,shrinking,formula,equal,failing,least\n";
    const struct {
      const char* name;
      ChunkPlan plan;
      FarmSpeeds speeds;
    } films[] = {{"bd_4k_6h on GPUs", bd, bd_on_gpu},
                 {"bd_4k_6h on processors", bd, bd_on_cpu},
                 {"dvd_video", dvd, dvd_speeds}};
    for (const auto& [name, plan, speeds] : films)
      for (int machines = 1; machines <= 1000; machines += 1 + machines / 8) {
        const double one = alone(plan, speeds);
        const int tasks = fitting(plan, machines);
        const auto shrinking = shrinking_ranges(plan, tasks, 0, speeds);
        const auto equal = equal_ranges(plan, fitting(plan, 4 * machines));
        ModelledFarm failing = farm(plan, speeds);
        failing.mean_seconds_to_fail = 3600;
        failing.stragglers = 0.05;
        csv << name << ',' << machines << ','
            << one / model(farm(plan, speeds), shrinking, machines).seconds << ','
            << one / shrinking_seconds(frames(plan), speeds, machines) << ','
            << one / model(farm(plan, speeds), equal, machines).seconds << ','
            << one / model(failing, equal, machines).seconds << ','
            << one / least_seconds(frames(plan), speeds, machines) << '\n';
      }
  }
}
