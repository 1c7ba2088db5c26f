// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <cstdio>

#include "src/cli/commands.h"
#include "src/cli/estimating.h"
#include "src/cli/json_progress.h"
#include "src/cli/option_words.h"
#include "src/cli/progress.h"
#include "src/render.h"

namespace lifereel::cli {
namespace {

std::vector<CommandOption> options() {
  std::vector<CommandOption> list = source_options();
  for (const CommandOption& option : quality_options()) list.push_back(option);
  list.push_back({"quiet", "", "print only errors"});
  list.push_back({"progress", "json", "lines on standard error", {"json"}});
  list.push_back({"trust-film", "", "with filter, codec-option"});
  list.push_back({"finish-on-interrupt", "", "Ctrl-C ends the film there"});
  list.push_back({"work", "FOLDER", "of a planned film, a task"});
  list.push_back({"task", "K", "which"});
  return list;
}

int run_render(const Arguments& arguments) {
  if (arguments.has("work") || arguments.has("task")) return run_task(arguments);
  const bool quiet = arguments.has("quiet");
  const bool json = arguments.has("progress");
  if (json && arguments.value("progress") != "json")
    throw UsageError("--progress: '" + arguments.value("progress") + "' is not known; write json");
  EstimateSettings how;
  how.folder = estimate_folder();
  JobControl control;
  (arguments.has("finish-on-interrupt") ? control.end_early : control.cancel) = &cancelled();
  std::string chosen;
  // Before there is a film, there is nothing to finish.
  JobControl estimating = control;
  estimating.cancel = &cancelled();
  const RenderSettings settings = settings_in_time(arguments, how, estimating, chosen);
  // A film on standard output leaves the words to standard error.
  std::FILE* const words =
      settings.output == "-" || settings.output.starts_with("/dev/") ? stderr : stdout;
  RenderReport report;
  {
    ProgressLine line(words, quiet || json);
    JsonProgress json_lines(STDERR_FILENO);
    control.progress = [&](const JobProgress& progress) {
      json ? json_lines.show(progress) : line.show_film(progress);
    };
    control.notice = [&](const std::string& sentence) {
      if (quiet) return;
      line.make_way();
      std::fprintf(words, "lifereel: %s\n", with_option_words(sentence).c_str());
    };
    if (!quiet && !chosen.empty()) std::fprintf(words, "lifereel: %s\n", chosen.c_str());
    std::optional<Estimate> expected;
    if (!quiet) expected = estimate_before(settings, how, estimating);
    if (expected) {
      control.estimate = &*expected;
      std::fprintf(words, "lifereel: this will take %s\n", describe(*expected).c_str());
      std::fflush(words);
    }
    report = render(settings, control);
    control.estimate = nullptr;
  }
  keep_as_estimate(settings, report, how);
  if (!quiet) std::fputs(describe(report).c_str(), words);
  return 0;
}

}  // namespace

const Command render_command{
    "render",
    "[options] -o FILM",
    "One seed in, a finished film out.",
    {"universe", "look", "length", "film", "engine", "output"},
    options(),
    0,
    "\nOptions override a config file or film, that a quality, and that a preset. RATE: 4400k, "
    "1.5M.\nA scene brings its look, or has characters in the colours of --look. \"none\" unsets "
    "a value.\n",
    run_render};

}  // namespace lifereel::cli
