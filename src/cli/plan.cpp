// SPDX-License-Identifier: GPL-2.0-or-later
// plan: a film for many machines.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "src/cli/commands.h"
#include "src/cli/estimating.h"
#include "src/cli/progress.h"
#include "src/farm.h"

namespace lifereel::cli {
namespace {

std::vector<CommandOption> plan_options() {
  std::vector<CommandOption> list = source_options();
  for (const CommandOption& option : quality_options()) list.push_back(option);
  list.push_back({"tasks", "N", "numbered 0 to N - 1"});
  list.push_back({"ranges", "NAME", "shrinking, or equal", {"shrinking", "equal"}});
  list.push_back({"speeds", "S,E", "measured elsewhere"});
  list.push_back({"slurm", "", "writes submit.sh"});
  list.push_back({"openjd", "", "writes openjd.yaml"});
  list.push_back({"k8s", "", "writes submit.sh"});
  list.push_back({"program", "PATH", "that machines run"});
  list.push_back({"trust-film", "", "with filter, codec-option"});
  list.push_back({"quiet", "", "print only errors"});
  return list;
}

std::string own_path() {
  std::error_code none;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", none);
  return none ? "lifereel" : path.string();
}

SubmitTo submit_to(const Arguments& arguments) {
  SubmitTo chosen = SubmitTo::nobody;
  for (const auto& [option, to] : {std::pair{"slurm", SubmitTo::slurm},
                                   {"openjd", SubmitTo::openjd},
                                   {"k8s", SubmitTo::kubernetes}}) {
    if (!arguments.has(option)) continue;
    if (chosen != SubmitTo::nobody)
      throw UsageError("--slurm, --openjd and --k8s exclude each other");
    chosen = to;
  }
  return chosen;
}

double positive(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() ||
      !(number >= 1e-6 && number <= 1e9))
    throw UsageError(
        "--speeds takes two numbers of frames a second, --speeds 250,8: what a "
        "machine passes and what it renders");
  return number;
}

FarmSettings farm_settings(const Arguments& arguments) {
  FarmSettings farm;
  if (!arguments.has("tasks")) throw UsageError("--tasks N says among how many the film is shared");
  farm.tasks = arguments.count("tasks", 1);
  const std::string ranges = arguments.value("ranges");
  if (!ranges.empty() && ranges != "shrinking" && ranges != "equal")
    throw UsageError("--ranges: '" + ranges + "' is not known; write shrinking or equal");
  if (ranges == "equal") farm.ranges = TaskRanges::equal;
  if (arguments.has("speeds")) {
    const std::string speeds = arguments.value("speeds");
    const std::size_t comma = std::min(speeds.find(','), speeds.size());
    farm.engine_speed = positive(speeds.substr(0, comma));
    farm.render_speed = positive(comma < speeds.size() ? speeds.substr(comma + 1) : "");
  }
  farm.submit_to = submit_to(arguments);
  farm.executable = arguments.has("program") ? arguments.value("program") : own_path();
  return farm;
}

int run_plan(const Arguments& arguments) {
  const bool quiet = arguments.has("quiet");
  const FarmSettings farm = farm_settings(arguments);
  JobControl control;
  control.cancel = &cancelled();
  control.notice = notices_to(stdout, quiet);
  EstimateSettings how;
  how.folder = estimate_folder();
  std::string chosen;
  const RenderSettings settings = settings_in_time(arguments, how, control, chosen);
  if (!quiet && !chosen.empty()) std::printf("lifereel: %s\n", chosen.c_str());
  const FarmPlan plan = plan_film(settings, farm, control);
  if (quiet) return 0;
  std::fputs(describe(plan).c_str(), stdout);
  std::printf("planned in %s\n", plan.folder.c_str());
  if (!plan.script.empty()) std::printf("submit with %s\n", plan.script.c_str());
  return 0;
}

}  // namespace

const Command plan_command{
    "plan",
    "[settings] -o FILM --tasks N",
    "Shares a film out among machines: plan, render --work, join, status.",
    {"universe", "look", "length", "film", "--output", "--overwrite"},
    plan_options(),
    0,
    "\nMakes FILM.farm. Each task, wherever and whenever, any number of times:\n"
    "  lifereel render --work FILM.farm --task K\n"
    "then lifereel join --work FILM.farm.\n"
    "Status of all of these: 0 done; 1 failed or refused; 2 not understood; 75 the same may "
    "succeed later\n(no space, a stale file, tasks missing); 128 + n ended by signal n.\n",
    run_plan};

}  // namespace lifereel::cli
