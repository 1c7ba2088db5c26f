// SPDX-License-Identifier: GPL-2.0-or-later
// estimate: what a film will cost on this machine.
#include "src/estimate.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "encoders/finished_file.h"
#include "src/cli/commands.h"
#include "src/cli/estimating.h"
#include "src/cli/fitting.h"
#include "src/cli/option_words.h"
#include "src/cli/progress.h"
#include "src/settings.h"

namespace lifereel::cli {
namespace {

/// What an option says as a duration. Throws UsageError.
double seconds_of(const Arguments& arguments, const std::string& option, double otherwise) {
  if (!arguments.has(option)) return otherwise;
  RenderSettings text;
  try {
    apply_setting(text, "seconds", arguments.value(option), "--" + option);
  } catch (const std::invalid_argument& error) {
    throw UsageError(error.what());
  }
  if (!(*text.seconds > 0)) throw UsageError("--" + option + " must be more than 0");
  return *text.seconds;
}

int run_estimate(const Arguments& arguments) {
  const std::string json = arguments.value("json");
  const bool overwrite = arguments.has("overwrite");
  if (!json.empty()) FinishedFile::require_writable(json, overwrite);
  EstimateSettings how;
  how.probe_seconds = seconds_of(arguments, "probe", 10);
  how.folder = arguments.has("anew") ? "" : estimate_folder();
  JobControl control;
  control.cancel = &cancelled();
  control.notice = notices_to(stderr, arguments.has("quiet"));
  std::string said;
  const std::optional<FitSettings> fit = fit_of(arguments);
  RenderSettings settings = settings_in_time(arguments, how, control, said);
  if (fit)
    settings = fitted(settings, *fit, control, [&said](const std::string& sentence) {
      said += (said.empty() ? "" : "\n") + with_option_words(sentence);
    });
  const Estimate result = estimate(settings, how, control);
  if (json != "-") {
    if (!said.empty()) std::printf("%s\n", said.c_str());
    std::fputs(describe_at_length(result).c_str(), stdout);
  }
  if (!json.empty()) write_text_file(json, overwrite, to_json(settings, result));
  return 0;
}

std::vector<CommandOption> estimate_options() {
  std::vector<CommandOption> list = source_options();
  for (const CommandOption& option : quality_options()) list.push_back(option);
  for (const CommandOption& option : fit_options()) list.push_back(option);
  list.push_back({"probe", "TIME", "of measuring, 10s"});
  list.push_back({"anew", "", "what is kept does not count"});
  list.push_back({"json", "FILE", "the same as JSON"});
  list.push_back({"overwrite", "", "replace existing files"});
  list.push_back({"quiet", "", "print only the estimate"});
  list.push_back({"trust-film", "", "with filter, codec-option"});
  return list;
}

}  // namespace

RenderSettings settings_in_time(const Arguments& arguments, const EstimateSettings& how,
                                const JobControl& control, std::string& said) {
  if (!arguments.chooses_quality()) return arguments.settings();
  const double within = seconds_of(arguments, "within", 3600);
  const QualityChoice choice = choose_quality(
      [&](Quality quality) { return arguments.settings(quality); }, within,
      [&](const RenderSettings& settings) { return estimate(settings, how, control); });
  said = choice.why;
  return arguments.settings(choice.quality);
}

std::optional<Estimate> estimate_before(const RenderSettings& settings, const EstimateSettings& how,
                                        const JobControl& control) {
  // Of a picture, guessed: encoders take 20 to 1000 ns of a pixel.
  constexpr double seconds_a_pixel = 50e-9, worth_it = 3;
  if (settings.frame) return std::nullopt;
  try {
    validate(settings);
    const double pixels = static_cast<double>(settings.universe.width) * settings.universe.height;
    const double film = static_cast<double>(frame_count(settings)) * pixels * seconds_a_pixel;
    if (film < worth_it || std::filesystem::exists(settings.output + ".lifereel"))
      return std::nullopt;
    JobControl quiet;
    quiet.cancel = control.cancel;
    return estimate(settings, how, quiet);
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

const Command estimate_command{
    "estimate",
    "[options as for render]",
    "Time, size, disk and memory that a film will take on this machine.",
    {"universe", "look", "length", "film", "engine", "--output", "--resume", "--hash"},
    estimate_options(),
    0,
    "\nMeasured with the film's own engine and encoder, and kept in $XDG_CACHE_HOME/lifereel, as "
    "finished\nrenders are. --json - prints JSON alone.\n",
    run_estimate};

}  // namespace lifereel::cli
