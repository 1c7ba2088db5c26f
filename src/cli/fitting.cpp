// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/fitting.h"

#include <algorithm>

namespace lifereel::cli {
namespace {

bool gives(const Arguments& arguments, const std::string& key) {
  const auto& given = arguments.given_settings();
  return std::any_of(given.begin(), given.end(),
                     [&key](const auto& setting) { return setting.first == key; });
}

}  // namespace

const std::vector<CommandOption>& fit_options() {
  static const std::vector<CommandOption> options{
      {"disc",
       "NAME",
       "fits: dvd, bd25, cd, 400MB",
       {"dvd", "dvd-r", "dvd+r", "bd25", "bd50", "bd100", "bd128", "cd"}},
      {"fill", "", "its length, by --bitrate"}};
  return options;
}

std::optional<FitSettings> fit_of(const Arguments& arguments) {
  const bool fill = arguments.has("fill");
  if (!arguments.has("disc")) {
    if (fill) throw UsageError("--fill fills a disc; name it, --disc dvd");
    return std::nullopt;
  }
  if (arguments.has("quality"))
    throw UsageError("--disc chooses the bitrate, and so does --quality; give one of them");
  if (gives(arguments, "crf"))
    throw UsageError("--crf is a quality of any size, and --disc a size; give one of them");
  if (fill)
    for (const std::string length : {"frames", "seconds"})
      if (gives(arguments, length))
        throw UsageError("--fill chooses the length, and --" + length +
                         " gives it; leave one of them out");
  FitSettings fit;
  fit.medium = arguments.value("disc");
  fit.choose = fill                          ? FitSettings::Choice::length
               : gives(arguments, "bitrate") ? FitSettings::Choice::nothing
                                             : FitSettings::Choice::bitrate;
  fit.keep_maxrate = gives(arguments, "maxrate") || gives(arguments, "bufsize");
  fit.extras = arguments.value("extras");
  return fit;
}

RenderSettings fitted(const RenderSettings& settings, const FitSettings& fit,
                      const JobControl& control,
                      const std::function<void(const std::string&)>& say) {
  FittedFilm film = fit_to_disc(settings, fit, control);
  say(film.why);
  if (!film.shortfall.empty()) say(film.shortfall);
  return std::move(film.settings);
}

}  // namespace lifereel::cli
