// SPDX-License-Identifier: GPL-2.0-or-later
// The films that go on a disc, verified. Private to src/.
#pragma once

#include <string>
#include <vector>

#include "src/disc.h"
#include "src/disc/disc_plan.h"

namespace lifereel {

/// What kind of disc films ask for.
enum class DiscKind { dvd_video, data };

struct DiscFilms {
  DiscKind kind = DiscKind::data;
  std::vector<PlannedTitle> titles;  ///< of DVD-Video; how long they are may be a little wrong
};

/// What is known of the films without decoding them, by their own bytes. Throws
/// std::invalid_argument where some are program streams and some are not, or one is no DVD film,
/// std::runtime_error where one cannot be read.
DiscFilms look_at_films(const std::vector<std::string>& films);

/// Throws std::invalid_argument as plan_disc() and chapter_begins() do.
DiscPlan plan_disc(std::vector<PlannedTitle> titles, const DiscSettings& settings);

/// Verifies each film (verify.h) and plans its chapters. Throws std::invalid_argument for a film
/// that is not what it should be, and as chapter_begins() does; Cancelled.
void verify_plan(DiscPlan& plan, const DiscSettings& settings, const JobControl& control);

/// Verifies each film of a data disc.
void verify_films(const std::vector<std::string>& films, const JobControl& control);

}  // namespace lifereel
