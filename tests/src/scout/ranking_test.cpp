// SPDX-License-Identifier: GPL-2.0-or-later
// Who goes on: by the worse of two places, dead ones last, and unlike each other.
#include "src/scout/ranking.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace lifereel;

namespace {

ScoutedSeed scouted(std::uint64_t seed, std::int64_t activity, std::int64_t structure) {
  ScoutedSeed result;
  result.seed = seed;
  result.measures.active_10s = activity;
  result.measures.structure = structure;
  return result;
}

int place_of(const std::vector<ScoutedSeed>& seeds, std::uint64_t seed) {
  for (const ScoutedSeed& one : seeds)
    if (one.seed == seed) return one.place;
  return 0;
}

}  // namespace

TEST_SUITE("src.scout") {
  TEST_CASE("neither noise nor a still life is first") {
    std::vector<ScoutedSeed> seeds{scouted(1, 1000, 10), scouted(2, 10, 1000), scouted(3, 900, 900),
                                   scouted(4, 800, 950), scouted(5, 950, 990)};
    seeds[4].dead_from = 3000;
    rank(seeds);
    CHECK(place_of(seeds, 3) == 1);
    CHECK(place_of(seeds, 4) == 2);
    CHECK(place_of(seeds, 5) == 5);
    CHECK(seeds[0].activity_place == 1);
    CHECK(seeds[1].structure_place == 1);
    CHECK(best(seeds, 2) == std::vector<std::uint64_t>{3, 4});
    CHECK(best(seeds, 99).size() == 5);
  }

  TEST_CASE("the order that seeds come in makes no difference") {
    std::vector<ScoutedSeed> seeds;
    for (std::uint64_t seed = 1; seed <= 40; ++seed)
      seeds.push_back(scouted(seed, static_cast<std::int64_t>(seed * 7919 % 13),
                              static_cast<std::int64_t>(seed * 104729 % 11)));
    std::vector<ScoutedSeed> reversed(seeds.rbegin(), seeds.rend());
    rank(seeds);
    rank(reversed);
    CHECK(seeds == reversed);
    CHECK(unlike(seeds, 5) == unlike(reversed, 5));
    std::vector<int> places;
    for (const ScoutedSeed& seed : seeds) places.push_back(seed.place);
    std::sort(places.begin(), places.end());
    for (int place = 1; place <= 40; ++place)
      CHECK(places[static_cast<std::size_t>(place) - 1] == place);
  }

  TEST_CASE("finalists are unlike each other") {
    // Nine alike and one of its own kind, none of them bad.
    std::vector<ScoutedSeed> seeds;
    for (std::uint64_t seed = 1; seed <= 9; ++seed)
      seeds.push_back(scouted(seed, 500 + static_cast<std::int64_t>(seed), 500));
    seeds.push_back(scouted(10, 400, 400));
    seeds.back().measures.lit = 900;
    seeds.back().measures.picture_bytes = 900;
    rank(seeds);
    CHECK(unlike(seeds, 4).size() == 4);
    const std::vector<std::uint64_t> chosen = unlike(seeds, 4);
    CHECK(std::binary_search(chosen.begin(), chosen.end(), 10));
    CHECK(seeds[9].novelty_place == 2);
    CHECK(seeds[9].novelty > 200);
  }

  TEST_CASE("rank correlations") {
    CHECK(*rank_correlation({1, 2, 3, 4}, {10, 20, 30, 400}) == doctest::Approx(1));
    CHECK(*rank_correlation({1, 2, 3, 4}, {4, 3, 2, 1}) == doctest::Approx(-1));
    // With ties, as SciPy's spearmanr says.
    CHECK(*rank_correlation({1, 2, 2, 4, 5}, {2, 1, 3, 3, 5}) == doctest::Approx(0.7631578947));
    CHECK_FALSE(rank_correlation({1, 1, 1}, {1, 2, 3}).has_value());
    CHECK_FALSE(rank_correlation({1, 2}, {1, 2}).has_value());
  }
}
