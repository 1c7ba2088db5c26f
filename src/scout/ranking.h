// SPDX-License-Identifier: GPL-2.0-or-later
// Who goes on. Private to src/scout/. All of it integers, and ties go by seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/scout.h"

namespace lifereel {

/// Fills in the places and the novelty of seeds that were run for the same frames, in any order.
void rank(std::vector<ScoutedSeed>& rivals);

/// The best `count` of ranked seeds by place: their seeds, ascending.
std::vector<std::uint64_t> best(const std::vector<ScoutedSeed>& ranked, std::size_t count);

/// `count` of ranked seeds that are unlike each other: farthest points among the best
/// `pool_factor` times as many, the first of all first.
inline constexpr std::size_t pool_factor = 3;
std::vector<std::uint64_t> unlike(const std::vector<ScoutedSeed>& ranked, std::size_t count);

/// Spearman's rank correlation of two measures of the same things, ties sharing their mean rank;
/// nothing of less than three, or where one never changes. For people: a double.
std::optional<double> rank_correlation(const std::vector<std::int64_t>& a,
                                       const std::vector<std::int64_t>& b);

}  // namespace lifereel
