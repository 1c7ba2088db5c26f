// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/ranking.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <tuple>

namespace lifereel {
namespace {

using Indices = std::vector<std::size_t>;

template <class Less>
Indices sorted_by(std::size_t count, const Less& less) {
  Indices order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), less);
  return order;
}

/// From 1, the largest first; equal ones share the first of their places.
std::vector<int> places_by(const std::vector<std::int64_t>& values) {
  const Indices order = sorted_by(values.size(), [&](std::size_t a, std::size_t b) {
    return std::pair(values[b], a) < std::pair(values[a], b);
  });
  std::vector<int> places(values.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    places[order[i]] = i > 0 && values[order[i]] == values[order[i - 1]] ? places[order[i - 1]]
                                                                         : static_cast<int>(i) + 1;
  return places;
}

template <class Field>
std::vector<std::int64_t> all_of(const std::vector<ScoutedSeed>& seeds, Field field) {
  std::vector<std::int64_t> values;
  values.reserve(seeds.size());
  for (const ScoutedSeed& seed : seeds) values.push_back(field(seed));
  return values;
}

/// Places in every measure, measure by measure, seed by seed.
using Points = std::vector<std::vector<int>>;

Points points_of(const std::vector<ScoutedSeed>& seeds) {
  Points points(seeds.size());
  for (const auto measure :
       {&ScoutMeasures::motion, &ScoutMeasures::change_20, &ScoutMeasures::change_200,
        &ScoutMeasures::active_1s, &ScoutMeasures::active_10s, &ScoutMeasures::lit,
        &ScoutMeasures::picture_bytes, &ScoutMeasures::change_bytes, &ScoutMeasures::structure}) {
    const std::vector<int> places = places_by(
        all_of(seeds, [measure](const ScoutedSeed& seed) { return seed.measures.*measure; }));
    for (std::size_t i = 0; i < seeds.size(); ++i) points[i].push_back(places[i]);
  }
  return points;
}

std::int64_t distance(const std::vector<int>& a, const std::vector<int>& b) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

/// Takes `candidates`, the first of them first, then always the one that is farthest from those
/// taken, `count` in all; of equals the earlier candidate. `taken` is told each, and how far it
/// was.
template <class Taken>
void take_farthest(const Points& points, Indices candidates, std::size_t count,
                   const Taken& taken) {
  std::vector<std::int64_t> nearest(candidates.size(), std::numeric_limits<std::int64_t>::max());
  std::vector<bool> gone(candidates.size(), false);
  for (std::size_t n = 0; n < std::min(count, candidates.size()); ++n) {
    std::size_t next = candidates.size();
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (!gone[i] && (next == candidates.size() || nearest[i] > nearest[next])) next = i;
    gone[next] = true;
    taken(candidates[next], nearest[next]);
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (!gone[i])
        nearest[i] =
            std::min(nearest[i], distance(points[candidates[i]], points[candidates[next]]));
  }
}

Indices by_place(const std::vector<ScoutedSeed>& ranked) {
  return sorted_by(ranked.size(),
                   [&](std::size_t a, std::size_t b) { return ranked[a].place < ranked[b].place; });
}

}  // namespace

void rank(std::vector<ScoutedSeed>& rivals) {
  std::sort(rivals.begin(), rivals.end(),
            [](const ScoutedSeed& a, const ScoutedSeed& b) { return a.seed < b.seed; });
  const std::vector<int> activity =
      places_by(all_of(rivals, [](const ScoutedSeed& seed) { return seed.measures.active_10s; }));
  const std::vector<int> structures =
      places_by(all_of(rivals, [](const ScoutedSeed& seed) { return seed.measures.structure; }));
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    rivals[i].activity_place = activity[i];
    rivals[i].structure_place = structures[i];
    rivals[i].rivals = static_cast<int>(rivals.size());
  }
  const auto key = [&](std::size_t i) {
    return std::tuple(rivals[i].dead_from.has_value(), std::max(activity[i], structures[i]),
                      activity[i] + structures[i], i);
  };
  const Indices order =
      sorted_by(rivals.size(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  for (std::size_t place = 0; place < order.size(); ++place)
    rivals[order[place]].place = static_cast<int>(place) + 1;

  const Points points = points_of(rivals);
  const auto largest = static_cast<std::int64_t>(rivals.size() - 1) * 9;
  int taken = 0;
  take_farthest(points, order, order.size(), [&](std::size_t i, std::int64_t nearest) {
    // The first is nothing's rival.
    rivals[i].novelty =
        taken == 0 ? 1000 : static_cast<int>(nearest * 1000 / std::max<std::int64_t>(1, largest));
    rivals[i].novelty_place = ++taken;
  });
}

std::vector<std::uint64_t> best(const std::vector<ScoutedSeed>& ranked, std::size_t count) {
  std::vector<std::uint64_t> seeds;
  for (const ScoutedSeed& seed : ranked)
    if (seed.place <= static_cast<int>(std::min(count, ranked.size()))) seeds.push_back(seed.seed);
  std::sort(seeds.begin(), seeds.end());
  return seeds;
}

std::vector<std::uint64_t> unlike(const std::vector<ScoutedSeed>& ranked, std::size_t count) {
  Indices pool = by_place(ranked);
  pool.resize(std::min(pool.size(), pool_factor * count));
  std::vector<std::uint64_t> seeds;
  take_farthest(points_of(ranked), pool, count,
                [&](std::size_t i, std::int64_t) { seeds.push_back(ranked[i].seed); });
  std::sort(seeds.begin(), seeds.end());
  return seeds;
}

std::optional<double> rank_correlation(const std::vector<std::int64_t>& a,
                                       const std::vector<std::int64_t>& b) {
  const std::size_t count = a.size();
  if (count < 3 || b.size() != count) return std::nullopt;
  // Twice the mean rank, so that it is whole.
  const auto ranks = [count](const std::vector<std::int64_t>& values) {
    std::vector<std::int64_t> twice(count);
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < count; ++j)
        twice[i] += values[j] < values[i] ? 2 : values[j] == values[i] ? 1 : 0;
    return twice;
  };
  const std::vector<std::int64_t> of_a = ranks(a), of_b = ranks(b);
  const auto mean = static_cast<std::int64_t>(count);  // of twice the ranks
  std::int64_t both = 0, first = 0, second = 0;
  for (std::size_t i = 0; i < count; ++i) {
    both += (of_a[i] - mean) * (of_b[i] - mean);
    first += (of_a[i] - mean) * (of_a[i] - mean);
    second += (of_b[i] - mean) * (of_b[i] - mean);
  }
  if (first == 0 || second == 0) return std::nullopt;
  return static_cast<double>(both) /
         std::sqrt(static_cast<double>(first) * static_cast<double>(second));
}

}  // namespace lifereel
