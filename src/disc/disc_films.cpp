// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/disc_films.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "encoders/dvd/dvd_check.h"
#include "encoders/read/film_scan.h"
#include "src/disc/chapters.h"
#include "src/verify.h"

namespace lifereel {
namespace {

/// Halfway between 4:3 and 16:9.
constexpr double wide_aspect = 1.55;

/// What is known of a film without decoding it; nothing for one that is no program stream.
std::optional<PlannedTitle> look_at(const std::string& film) {
  const FilmScan scan(film, 1);
  if (scan.film().container != "mpeg") return std::nullopt;
  const ScannedStream& video = scan.film().streams[scan.film().video];
  PlannedTitle title;
  title.film = film;
  title.bytes = scan.film().bytes;
  title.seconds = scan.film().duration_seconds.value_or(0);
  title.standard = video.codec == "mpeg2video" ? DvdCheck::target_of(video.width, video.height)
                                               : DiscTarget::none;
  if (video.sample_aspect.num > 0 && video.height > 0)
    title.wide = video.width * video.sample_aspect.value() / video.height > wide_aspect;
  if (scan.film().audio) title.audio_channels = scan.film().streams[*scan.film().audio].channels;
  if (title.standard == DiscTarget::none || !scan.film().audio)
    throw std::invalid_argument("'" + film +
                                "' is a program stream, but none of a DVD, which has MPEG-2 of "
                                "720x480 or 720x576 and AC-3; render it with preset = dvd_video");
  return title;
}

/// Throws std::invalid_argument as chapter_begins() does: for the longest film, since others may
/// have a single one.
void check_chapters(const DiscPlan& plan, const DiscSettings& settings) {
  const auto longest = std::max_element(
      plan.titles.begin(), plan.titles.end(),
      [](const PlannedTitle& a, const PlannedTitle& b) { return a.seconds < b.seconds; });
  if (longest->seconds > 0)
    static_cast<void>(chapter_begins(settings.chapters, longest->film, longest->seconds));
}

VerifyReport verify_film(const std::string& film, const JobControl& control) {
  JobControl own = control;
  own.notice = {};
  if (control.progress)
    own.progress = [&](const JobProgress& progress) {
      JobProgress told = progress;
      told.step = "verifying " + film;
      control.progress(told);
    };
  VerifyReport report = verify(film, {}, own);
  if (report.passes()) return report;
  for (const VerifyFinding& finding : report.findings)
    if (finding.severity == VerifySeverity::error)
      throw std::invalid_argument(
          "'" + film + "' is not what it should be: " + finding.check + ": " +
          (finding.first_time_code.empty() ? "" : finding.first_time_code + ": ") +
          finding.sentence + " (lifereel verify tells all)");
  throw std::invalid_argument("'" + film + "' is not what it should be; lifereel verify tells why");
}

}  // namespace

DiscFilms look_at_films(const std::vector<std::string>& films) {
  if (films.empty()) throw std::invalid_argument("no film is named; a disc needs one");
  DiscFilms all;
  std::string video, other;
  for (const std::string& film : films) {
    std::error_code ignored;
    if (std::filesystem::is_directory(film, ignored))
      throw std::invalid_argument("'" + film + "' is a folder; name a film");
    std::optional<PlannedTitle> title = look_at(film);
    (title ? video : other) = film;
    if (title) all.titles.push_back(std::move(*title));
  }
  if (!video.empty() && !other.empty())
    throw std::invalid_argument("'" + video + "' is for a DVD-Video and '" + other +
                                "' is not; put that into the extras, or make a disc of each");
  all.kind = other.empty() ? DiscKind::dvd_video : DiscKind::data;
  return all;
}

DiscPlan plan_disc(std::vector<PlannedTitle> titles, const DiscSettings& settings) {
  DiscPlan plan = plan_disc(std::move(titles));
  if (!settings.chapters.at_seconds.empty() && plan.titles.size() > 1)
    throw std::invalid_argument("chapters are listed for one film, and there are " +
                                std::to_string(plan.titles.size()) +
                                "; set chapters = TIME, which is for all of them");
  check_chapters(plan, settings);
  return plan;
}

void verify_plan(DiscPlan& plan, const DiscSettings& settings, const JobControl& control) {
  for (PlannedTitle& title : plan.titles) {
    title.seconds = verify_film(title.film, control).duration_seconds;
    title.chapter_begins_seconds =
        chapter_begins(settings.chapters, title.film, title.seconds, plan.titles.size() > 1);
  }
  check_chapters(plan, settings);
}

void verify_films(const std::vector<std::string>& films, const JobControl& control) {
  for (const std::string& film : films) verify_film(film, control);
}

}  // namespace lifereel
