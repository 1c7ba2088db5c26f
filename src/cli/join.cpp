// SPDX-License-Identifier: GPL-2.0-or-later
// join: the film of all tasks.
#include <cstdio>
#include <string>

#include "src/cli/commands.h"
#include "src/cli/option_words.h"
#include "src/cli/progress.h"
#include "src/farm.h"

namespace lifereel::cli {
namespace {

int run_join(const Arguments& arguments) {
  const std::string folder = work_folder(arguments);
  const bool quiet = arguments.has("quiet");
  JoinSettings join;
  join.remove = arguments.has("remove");
  JoinReport report;
  try {
    ProgressLine line(stdout, quiet);
    JobControl control;
    control.cancel = &cancelled();
    control.notice = notices_to(stdout, quiet);
    control.progress = [&](const JobProgress& progress) { line.show_frames(progress); };
    report = join_film(folder, join, control);
  } catch (const TasksMissing& missing) {
    throw TryAgain(std::string(missing.what()) + " (--array=" + task_list(missing.tasks) + ")");
  }
  if (quiet) return 0;
  const std::string film = read_farm_plan(folder).film;
  if (report.finished_before) {
    std::printf("the film was joined already: %s\n", film.c_str());
    return 0;
  }
  for (const std::string& warning : report.film.warnings)
    std::printf("warning: %s\n", with_option_words(warning).c_str());
  std::printf("%s: %lld frames, %.1f MB, joined in %.1f s, %.0f MB/s\n", film.c_str(),
              static_cast<long long>(report.film.frames),
              static_cast<double>(report.film.file_bytes) / 1e6, report.seconds,
              static_cast<double>(report.film.file_bytes) / 1e6 / report.seconds);
  if (!join.remove)
    std::printf("chunks stay in %s until they are removed; --remove does that\n", folder.c_str());
  return 0;
}

}  // namespace

const Command join_command{
    "join",
    "--work FOLDER [options]",
    "Makes the film of a plan's tasks, or says which are missing.",
    {},
    {{"work", "FOLDER", "of the planned film"},
     {"remove", "", "chunks, when it is made"},
     {"quiet", "", "print only errors"}},
    0,
    "\nStatus 75: tasks are missing or damaged; the last words name them as engines take them "
    "(--array=17,40-42).\n",
    run_join};

}  // namespace lifereel::cli
