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

/// A film that is too large is a film all the same, and has taken its time: until there is the
/// other one it stays beside it, so that a render that is stopped goes on under its own name like
/// any other. Returns where it is; empty where it may not go there.
std::string set_aside(const std::string& film) {
  const fs::path path = film;
  const fs::path aside =
      path.parent_path() / (path.stem().string() + ".too-large" + path.extension().string());
  std::error_code error;
  // Behind a link it would lead nowhere.
  if (fs::is_symlink(path, error) || fs::exists(aside, error)) return {};
  fs::rename(path, aside, error);
  return error ? std::string() : aside.string();
}

}  // namespace

FittedRender render_to_fit(const RenderSettings& settings, const FitSettings& fit,
                           const JobControl& control) {
  FittedRender made;
  made.settings = settings;
  identify_sound(made.settings.film, control);
  constexpr int most_renders = 3;  // the second knows what the first one came to
  std::string aside;
  for (int renders = 1;; ++renders) {
    made.report = render(made.settings, control);
    std::error_code ignored;
    if (!aside.empty()) fs::remove(aside, ignored);
    const std::int64_t bytes = size_of_film(made.settings, made.report);
    made.fill = disc_fill(made.settings, fit, bytes);
    if (made.fill.fits()) return made;
    std::optional<RenderSettings> next;
    if (renders < most_renders) next = smaller(made.settings, fit, bytes);
    if (!next)
      throw FinishedWithError(
          "the film is finished and kept, but too large: " + describe(made.fill) +
          "; put it on a larger one, or render it with a lower bitrate = RATE");
    aside = set_aside(next->output);
    next->overwrite = true;  // it is still there, or its hashes and statistics are
    if (control.notice)
      control.notice("the film came out too large, " + describe(made.fill) +
                     ", and is rendered once more, " + text_of_choice(*next, fit.choose) +
                     "; until then it stays, '" + (aside.empty() ? next->output : aside) + "'");
    made.settings = std::move(*next);
  }
}

}  // namespace lifereel
