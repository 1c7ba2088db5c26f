// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/estimate/age_plan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using lifereel::AgePlan;

namespace {

/// A universe whose frames take longer as it grows older, and what becomes of a plan for it.
struct Universe {
  double a_frame = 1e-3, a_sample = 0.5;
  double slower = 0;  // a frame at the end of the film, beyond one at its begin: 0.2 is a fifth
  std::int64_t end = 10000, first = 0;
  std::int64_t frames_a_sample = 72;

  std::vector<std::int64_t> ages;
  double spent = 0;
  std::int64_t oldest = 0;

  double frame_at(std::int64_t age) const {
    return a_frame * (1 + slower * static_cast<double>(age) / static_cast<double>(end));
  }
  void follow(double left, double seconds) {
    std::int64_t here = 100;
    double measured = a_frame;
    const auto time = [&] { return AgePlan::Time{left - spent, measured, a_sample}; };
    AgePlan plan(here, first, end, seconds, time());
    while (const auto age = plan.next(here, time())) {
      REQUIRE(*age >= here);
      const double rate = (frame_at(here) + frame_at(*age)) / 2;
      spent += rate * static_cast<double>(*age - here) + a_sample;
      measured = std::max(measured, rate);
      ages.push_back(*age);
      here = *age + frames_a_sample;
    }
    oldest = plan.oldest();
    REQUIRE(!ages.empty());
    CHECK(ages.back() == oldest);
    CHECK(oldest <= std::max(end, here));
  }
};

}  // namespace

TEST_SUITE("src.age_plan") {
  TEST_CASE("a film whose end is near is sampled to its end") {
    Universe universe;
    universe.end = 3000;
    universe.follow(24, 30);
    CHECK(universe.oldest == 3000);
    CHECK(universe.ages.size() >= 13);  // the first of sixteen lie within one sample
    CHECK(universe.spent <= 24);
    CHECK(universe.ages[6] < 1000);  // the young are looked at more closely
  }

  TEST_CASE("a dozen samples, and as old as the time for them allows") {
    Universe universe;
    universe.end = 100000;
    universe.follow(24, 30);  // 18 s for frames, of which a margin stays
    CHECK(universe.oldest >= 14000);
    CHECK(universe.ages.size() >= 12);
    CHECK(universe.spent <= 24);
  }

  TEST_CASE("frames that take longer than at first cost age, not samples nor time") {
    for (const double slower : {0.1, 0.3, 1.0}) {
      CAPTURE(slower);
      Universe universe;
      universe.a_sample = 0.05;
      universe.end = 25000;
      universe.slower = slower;
      universe.follow(22, 30);
      CHECK(universe.ages.size() >= 12);
      CHECK(universe.oldest >= 9000);
      CHECK(universe.spent <= 22.5);
    }
  }

  TEST_CASE("samples that take long are fewer, but one is of the end") {
    Universe universe;
    universe.end = 150;
    universe.a_frame = 0.03;
    universe.a_sample = 6;
    universe.frames_a_sample = 24;
    universe.follow(20, 30);
    CHECK(universe.oldest == 150);
    CHECK(universe.ages.size() >= 2);
  }

  TEST_CASE("without any time left there is still one sample") {
    Universe universe;
    universe.follow(0.1, 1);
    CHECK(universe.ages.size() == 1);
    CHECK(universe.oldest == 100);
  }

  TEST_CASE("nothing is sampled before the film begins, as far as that is reached") {
    Universe universe;
    universe.first = 5000;
    universe.end = 8000;
    universe.follow(24, 30);
    CHECK(universe.ages.front() == 5000);
    CHECK(universe.oldest == 8000);
  }
}
