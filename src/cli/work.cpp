// SPDX-License-Identifier: GPL-2.0-or-later
// render --work: a task of a planned film.
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <string>

#include "src/cli/commands.h"
#include "src/cli/json_progress.h"
#include "src/cli/progress.h"
#include "src/farm.h"

namespace lifereel::cli {
namespace {

/// What a machine may choose for itself: all else is the plan's.
void check_options(const Arguments& arguments) {
  const auto is_of_machine = [](const std::string& name) {
    return std::any_of(setting_keys().begin(), setting_keys().end(), [&](const SettingKey& key) {
      return name == key.name && std::string_view(key.group) == "engine";
    });
  };
  for (const auto& [key, value] : arguments.given_settings())
    if (!is_of_machine(key))
      throw UsageError(
          "--" + key + " is decided when the film is planned; beside --work and --task " +
          "there are options for this machine alone (--engine, --threads, --lanes, ...)");
  for (const char* const option :
       {"preset", "config", "from", "quality", "within", "trust-film", "finish-on-interrupt"})
    if (arguments.has(option))
      throw UsageError("--" + std::string(option) + " is for planning the film, not for its tasks");
}

int task_number(const Arguments& arguments) {
  const std::string text = arguments.value("task");
  if (text.empty()) throw UsageError("--task K says which task of the film in --work is rendered");
  int number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9' || number > 100'000'000)
      throw UsageError("--task: '" + text + "' is no task's number, 0 or more");
    number = 10 * number + (digit - '0');
  }
  return number;
}

}  // namespace

std::string work_folder(const Arguments& arguments) {
  const std::string folder = arguments.value("work");
  if (folder.empty())
    throw UsageError("--work FOLDER says which planned film: lifereel plan makes FILM.farm");
  return folder;
}

int run_task(const Arguments& arguments) {
  const std::string folder = work_folder(arguments);
  const int task = task_number(arguments);
  check_options(arguments);
  RenderSettings of_machine;
  for (const auto& [key, value] : arguments.given_settings()) {
    try {
      apply_setting(of_machine, key, value, "--" + key);
    } catch (const std::invalid_argument& error) {
      throw UsageError(error.what());
    }
  }
  const bool quiet = arguments.has("quiet");
  const bool json = wants_json_progress(arguments);
  TaskReport report;
  {
    ProgressLine line(stdout, quiet || json);
    JsonProgress json_lines(STDERR_FILENO);
    JobControl control;
    control.cancel = &cancelled();
    control.notice = notices_to(stdout, quiet);
    control.progress = [&](const JobProgress& progress) {
      json ? json_lines.show(progress) : line.show_frames(progress);
    };
    report = render_task(folder, task, of_machine.engine, control);
  }
  if (!quiet) std::fputs(describe(report).c_str(), stdout);
  return 0;
}

}  // namespace lifereel::cli
