// SPDX-License-Identifier: GPL-2.0-or-later
// Which film: runs the universes of many seeds, measures them, and shows those worth a film.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job_control.h"
#include "settings.h"

namespace [[gnu::visibility("default")]] lifereel {

/// "480", "1-5000", "7,480,1000-1999": ascending, each once. Throws std::invalid_argument: no
/// seeds, backwards, more than 10 million.
std::vector<std::uint64_t> parse_seeds(std::string_view text);

struct ScoutSettings {
  /// Universe and length of the film that is looked for; its seed, output and engine mean nothing,
  /// but for the engine's isa.
  RenderSettings film;
  std::vector<std::uint64_t> seeds;  ///< parse_seeds()
  /// Frames after which seeds are compared and most are left behind, ascending. Those that are no
  /// less than the film's are left out; the last comparison is after the film's length.
  std::vector<std::int64_t> rungs{1000, 10'000};
  /// How many go on from each rung, in percent, rounded up; from the last but one, `finalists`.
  double keep_percent = 10;
  int finalists = 12;
  /// Seeds that go all the way whatever their place, to test what the places are worth. They are
  /// no finalists by that.
  std::vector<std::uint64_t> held_out;
  /// Made where it is missing. What it holds of the same universe counts: a scout goes on, and may
  /// be made larger.
  std::string folder;
  /// This share of the seeds alone, 1 to `shares`, as far as all before it is known; 0: everything
  /// that is missing, and the page.
  int share = 0, shares = 1;
  int threads = 0;    ///< universes at once, each on one; 0: as many as there are processors
  bool films = true;  ///< a short film of each finalist, where this FFmpeg has an encoder for it
  /// What makes a film of a seed, for people to copy: every "{seed}" in it becomes a seed. Empty:
  /// nothing is said.
  std::string command;
};

/// Of a seed after some frames. All are integers and exact, so that they are equal on every
/// machine. Means are over the observations in the second half of the frames; an observation is
/// made every ten seconds of the film. Shares are in millionths.
struct ScoutMeasures {
  std::int64_t motion = 0;         ///< mean square of the velocity, 2^-20 (px a unit of time)^2
  std::int64_t change_20 = 0;      ///< cells of 8x8 px that were occupied now or 20 frames ago, but
  std::int64_t change_200 = 0;     ///< not both; or 200
  std::int64_t active_1s = 0;      ///< of the lit blocks of 16x16 px, those that changed over 1 s
  std::int64_t active_10s = 0;     ///< likewise over 10 s
  std::int64_t lit = 0;            ///< blocks with something in them, of all
  std::int64_t picture_bytes = 0;  ///< a picture of a quarter of the size, deflated
  std::int64_t change_bytes = 0;   ///< its difference from that of 1 s before
  /// Structural complexity after Bagrov et al. (PNAS 117, 2020): the density's, between pictures of
  /// 16, 32, 64, 128 and 256 px a cell, as roots, in thousandths.
  std::int64_t structure = 0;

  bool operator==(const ScoutMeasures&) const = default;
};

struct ScoutedSeed {
  std::uint64_t seed = 0;
  std::int64_t frames = 0;  ///< it was run for
  ScoutMeasures measures;   ///< after these
  /// Time of death: the frame from which on less than a hundredth of the lit blocks changed over
  /// ten seconds; nothing while it lives.
  std::optional<std::int64_t> dead_from;
  /// Of the observations, those in which it lived; in millionths.
  std::int64_t alive = 0;
  /// active_10s of each observation, thousandths.
  std::vector<std::int32_t> course;
  /// Among all seeds that were run for as long, from 1: by activity (active_10s), by structure, and
  /// by the worse of the two, dead ones last.
  int activity_place = 0, structure_place = 0, place = 0;
  int rivals = 0;  ///< these seeds
  /// How unlike it is to those of its rivals that are more so: the least distance to any of them
  /// when seeds are taken one by one, each as far from those before as any (farthest point), over
  /// places in all measures, in thousandths of the largest possible; and when it was taken.
  int novelty = 0, novelty_place = 0;
  bool finalist = false;
  std::string command;  ///< that makes its film

  bool operator==(const ScoutedSeed&) const = default;
};

/// What a rung's ranking was worth for the seeds that were held out: Spearman's rank correlations
/// of what was measured then and after the last rung; nothing of less than three seeds.
struct RungAgreement {
  std::int64_t frames = 0;
  std::size_t seeds = 0;
  std::optional<double> place, activity, structure;
};

struct ScoutReport {
  std::vector<ScoutedSeed> seeds;         ///< as far as each was run, by seed
  std::vector<std::int64_t> rungs;        ///< frames
  std::vector<std::size_t> entered;       ///< seeds on each rung
  std::vector<RungAgreement> agreements;  ///< of each rung but the last
  bool complete = false;                  ///< and the page is written
  std::int64_t frames_run = 0;            ///< now
  double seconds = 0;                     ///< that took
  int threads = 1;
  /// Of a share: what has to come first, where that is so.
  std::string waits_for;
};

/// Runs the scout; of a share, as much as can be. Results are equal whatever the threads, shares
/// and stops. Throws std::invalid_argument (settings, a folder of something else), TryAgain
/// (another scout writes the same records, or film.cfg is not there yet), std::runtime_error (disk,
/// damaged records that two machines disagree on), Cancelled: what was measured is kept.
///
///   folder/film.cfg           the settings; a scout of others is refused
///   folder/records-*.txt      a line a seed and rung, appended; a damaged one is measured again
///   folder/running-*          a universe on its way, every half minute
///   folder/scout.csv .json    all seeds
///   folder/index.html         a page to look at them
///   folder/stills/ films/     of the finalists
ScoutReport run_scout(const ScoutSettings& settings, const JobControl& control = {});

/// A line a seed, below a line of names.
std::string to_csv(const ScoutReport& report);
std::string to_json(const ScoutReport& report);
/// The best, as a table.
std::string describe(const ScoutReport& report);

}  // namespace lifereel
