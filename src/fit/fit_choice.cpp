// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/fit/fit_choice.h"

#include <cmath>

#include "src/text/quantities.h"
#include "src/text/setting_text.h"

namespace lifereel {

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

}  // namespace lifereel
