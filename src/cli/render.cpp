// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "src/cli/commands.h"
#include "src/cli/estimating.h"
#include "src/cli/fitting.h"
#include "src/cli/json_progress.h"
#include "src/cli/option_words.h"
#include "src/cli/progress.h"
#include "src/disc.h"
#include "src/film_to_disc.h"
#include "src/render.h"

namespace lifereel::cli {
namespace {

std::vector<CommandOption> render_options() {
  std::vector<CommandOption> list = source_options();
  for (const CommandOption& option : quality_options()) list.push_back(option);
  for (const CommandOption& option : fit_options()) list.push_back(option);
  list.push_back({"label", "NAME", "of -o disc.iso"});
  list.push_back({"extras", "FOLDER", "come on the disc, too"});
  list.push_back({"keep", "FILE", "the film of -o disc.iso"});
  list.push_back({"quiet", "", "print only errors"});
  list.push_back({"progress", "json", "lines on standard error", {"json"}});
  list.push_back({"trust-film", "", "with filter, codec-option"});
  list.push_back({"finish-on-interrupt", "", "Ctrl-C ends the film there"});
  list.push_back({"work", "FOLDER", "of a planned film, a task"});
  list.push_back({"task", "K", "which"});
  return list;
}

bool names_image(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".iso" || extension == ".ISO";
}

/// The image that is asked for, and its film; nothing for any other film.
std::optional<FilmDiscSettings> image_of(const Arguments& arguments,
                                         const RenderSettings& settings) {
  if (!names_image(settings.output)) {
    for (const std::string option : {"keep", "label"})
      if (arguments.has(option))
        throw UsageError("--" + option + " is for the image of a disc; name it, -o disc.iso");
    if (arguments.has("extras") && !arguments.has("disc"))
      throw UsageError("--extras come on a disc; name its image, -o disc.iso, or --disc dvd");
    return std::nullopt;
  }
  if (arguments.has("finish-on-interrupt"))
    throw UsageError("a disc is made of a whole film; leave --finish-on-interrupt out");
  FilmDiscSettings disc;
  disc.disc.output = settings.output;
  disc.disc.overwrite = settings.overwrite;
  disc.disc.extras = arguments.value("extras");
  disc.disc.medium = arguments.value("disc");
  if (arguments.has("label")) disc.disc.label = arguments.value("label");
  disc.keep_film = arguments.has("keep");
  disc.film = settings;
  disc.film.output =
      disc.keep_film ? arguments.value("keep") : film_beside(settings.output, settings.film);
  return disc;
}

int run_render(const Arguments& arguments) {
  if (arguments.has("work") || arguments.has("task")) return run_task(arguments);
  const bool quiet = arguments.has("quiet");
  const bool json = wants_json_progress(arguments);
  EstimateSettings how;
  how.folder = estimate_folder();
  JobControl control;
  (arguments.has("finish-on-interrupt") ? control.end_early : control.cancel) = &cancelled();
  std::string chosen;
  // Before there is a film, there is nothing to finish.
  JobControl estimating = control;
  estimating.cancel = &cancelled();
  const std::optional<FitSettings> fit = fit_of(arguments);
  RenderSettings settings = settings_in_time(arguments, how, estimating, chosen);
  std::optional<FilmDiscSettings> disc = image_of(arguments, settings);
  if (disc) {
    validate(*disc);
    settings = disc->film;
  }
  // A film on standard output leaves the words to standard error.
  std::FILE* const words =
      settings.output == "-" || settings.output.starts_with("/dev/") ? stderr : stdout;
  const auto say = [&](const std::string& sentence) {
    if (!quiet) std::fprintf(words, "lifereel: %s\n", with_option_words(sentence).c_str());
    std::fflush(words);
  };
  if (!chosen.empty()) say(chosen);
  if (fit) {
    ProgressLine line(words, quiet || json);
    JobControl fitting = estimating;
    fitting.progress = [&](const JobProgress& progress) { line.show_step(progress); };
    settings = fitted(settings, *fit, fitting, [&](const std::string& sentence) {
      line.make_way();
      say(sentence);
    });
    if (disc) {
      disc->film = settings;
      disc->fit = fit;
    }
  }
  RenderReport report;
  std::optional<DiscReport> image;
  std::string filled, too_large;
  {
    ProgressLine line(words, quiet || json);
    JsonProgress json_lines(STDERR_FILENO);
    control.progress = [&](const JobProgress& progress) {
      if (json)
        json_lines.show(progress);
      else
        progress.step.empty() ? line.show_film(progress) : line.show_step(progress);
    };
    control.notice = [&](const std::string& sentence) {
      line.make_way();
      say(sentence);
    };
    std::optional<Estimate> expected;
    if (!quiet) expected = estimate_before(settings, how, estimating);
    if (expected) {
      control.estimate = &*expected;
      say("this will take " + describe(*expected));
    }
    if (disc) {
      FilmDiscReport both = render_disc(*disc, control);
      if (both.film)
        report = std::move(*both.film);
      else
        report.finished_before = true;
      settings = std::move(both.settings);
      image = std::move(both.disc);
    } else if (fit) {
      FittedRender made = render_to_fit(settings, *fit, control);
      settings = std::move(made.settings);
      report = std::move(made.report);
      if (made.too_large.empty()) filled = "disc            " + describe(made.fill) + "\n";
      too_large = std::move(made.too_large);
    } else {
      report = render(settings, control);
    }
    control.estimate = nullptr;
  }
  keep_as_estimate(settings, report, how);
  const bool film_was_there = disc && report.finished_before;
  if (!quiet && !film_was_there) std::fputs(describe(report).c_str(), words);
  if (!quiet) std::fputs(filled.c_str(), words);
  if (!too_large.empty()) throw FinishedWithError(too_large);
  if (!image) return 0;
  if (!quiet) std::fputs(describe(*image).c_str(), words);
  std::printf("to burn         %s\n", burn_command({image->image, usual_drive}).c_str());
  return 0;
}

}  // namespace

const Command render_command{
    "render",
    "[options] -o FILM",
    "One seed in, a finished film out.",
    {"universe", "look", "length", "film", "engine", "output"},
    render_options(),
    0,
    "Options override a config file or film, that a quality, that a preset. RATE: 4400k; \"none\" "
    "unsets.\n",
    run_render};

}  // namespace lifereel::cli
