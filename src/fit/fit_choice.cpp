// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/fit/fit_choice.h"

#include <cmath>

#include "encoders/film.h"
#include "src/fit/disc_budget.h"
#include "src/media/film_size.h"
#include "src/render/film_sound.h"
#include "src/settings/validation.h"
#include "src/text/quantities.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

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

}  // namespace

std::int64_t rounded_down(double value) {
  if (value < 1000) return static_cast<std::int64_t>(value);
  const double step_of_ten = std::pow(10.0, std::floor(std::log10(value)) - 2);
  const double leading = value / step_of_ten;
  const double step = step_of_ten * (leading >= 500 ? 1.0 : leading >= 250 ? 0.5 : 0.2);
  return static_cast<std::int64_t>(std::floor(value / step) * step);
}

double seconds_of(const RenderSettings& settings) {
  return static_cast<double>(frame_count(settings)) / settings.film.frames_per_second.value();
}

std::string text_of_choice(const RenderSettings& settings, FitSettings::Choice choice) {
  if (choice == FitSettings::Choice::length)
    return "seconds = " + print_double(settings.seconds.value_or(seconds_of(settings))) + " (" +
           duration_text(seconds_of(settings)) + ")";
  return "bitrate = " + print_rate(*settings.film.bitrate);
}

std::optional<RenderSettings> smaller_film(const RenderSettings& settings, const FitSettings& fit,
                                           std::int64_t film_bytes) {
  using Choice = FitSettings::Choice;
  if (fit.choose == Choice::nothing || !settings.film.bitrate) return std::nullopt;
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

}  // namespace lifereel
