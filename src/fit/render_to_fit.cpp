// SPDX-License-Identifier: GPL-2.0-or-later
// render_to_fit() of film_to_disc.h.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "encoders/film.h"
#include "encoders/finished_file.h"
#include "src/errors.h"
#include "src/film_to_disc.h"
#include "src/fit/disc_budget.h"
#include "src/fit/fit_choice.h"
#include "src/media/film_size.h"
#include "src/render/film_sound.h"
#include "src/settings/validation.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;
using Choice = FitSettings::Choice;

std::int64_t lower_bitrate(const RenderSettings& settings, std::int64_t film_bytes,
                           std::int64_t room) {
  const ResolvedFilm film = resolve(settings.film, film_output(settings));
  const std::int64_t frames = frame_count(settings);
  const double now = video_bytes_within(film, static_cast<double>(film_bytes), frames);
  const double then = video_bytes_within(film, static_cast<double>(room), frames);
  return rounded_down(static_cast<double>(*settings.film.bitrate) * then / now);
}

void shorten(RenderSettings& settings, std::int64_t film_bytes, std::int64_t room) {
  const double share = static_cast<double>(room) / static_cast<double>(film_bytes);
  if (settings.seconds)
    settings.seconds = std::floor(*settings.seconds * share);
  else
    settings.frames = static_cast<std::int64_t>(static_cast<double>(frame_count(settings)) * share);
}

/// The settings of a film that is smaller than the one that was made; nothing where none is.
std::optional<RenderSettings> smaller(const RenderSettings& settings, const FitSettings& fit,
                                      std::int64_t film_bytes) {
  if (fit.choose == Choice::nothing || FinishedFile::real_path(settings.output).empty())
    return std::nullopt;
  const std::int64_t room =
      DiscBudget(settings, fit).film_bytes_to_use(aim_of_fit, frame_count(settings));
  RenderSettings next = settings;
  if (fit.choose == Choice::length)
    shorten(next, film_bytes, room);
  else
    next.film.bitrate = lower_bitrate(settings, film_bytes, room);
  if (*next.film.bitrate < least_fitted_bitrate || next.seconds.value_or(1) < 1 ||
      next.frames.value_or(1) < 1)
    return std::nullopt;
  return next;
}

std::int64_t size_of_film(const RenderSettings& settings, const RenderReport& report) {
  std::error_code error;
  const auto bytes = fs::file_size(settings.output, error);
  return error || FinishedFile::real_path(settings.output).empty()
             ? report.film.file_bytes
             : static_cast<std::int64_t>(bytes);
}

/// The film goes that is of no use, and with it the question whether it may be overwritten: a
/// render that is stopped then goes on like any other. Not one behind a link, which would lead
/// nowhere.
void make_way_for_another(RenderSettings& next) {
  next.overwrite = true;  // hashes and statistics are there, too
  std::error_code ignored;
  if (!fs::is_symlink(next.output, ignored)) fs::remove(next.output, ignored);
}

}  // namespace

FittedRender render_to_fit(const RenderSettings& settings, const FitSettings& fit,
                           const JobControl& control) {
  FittedRender made;
  made.settings = settings;
  identify_sound(made.settings.film, control);
  constexpr int most_renders = 3;  // the second knows what the first one came to
  for (int renders = 1;; ++renders) {
    made.report = render(made.settings, control);
    const std::int64_t bytes = size_of_film(made.settings, made.report);
    made.fill = disc_fill(made.settings, fit, bytes);
    if (made.fill.fits()) return made;
    std::optional<RenderSettings> next;
    if (renders < most_renders) next = smaller(made.settings, fit, bytes);
    if (!next)
      throw FinishedWithError(
          "the film is finished and kept, but too large: " + describe(made.fill) +
          "; put it on a larger one, or render it with a lower bitrate = RATE");
    make_way_for_another(*next);
    if (control.notice)
      control.notice("the film came out too large, " + describe(made.fill) +
                     ", and is rendered once more, " + text_of_choice(*next, fit.choose));
    made.settings = std::move(*next);
  }
}

}  // namespace lifereel
