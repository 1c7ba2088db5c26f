// SPDX-License-Identifier: GPL-2.0-or-later
// status: how far the tasks of a planned film are.
#include <cstdio>

#include "src/cli/commands.h"
#include "src/farm.h"

namespace lifereel::cli {
namespace {

int run_status(const Arguments& arguments) {
  JobControl control;
  control.cancel = &cancelled();
  const FarmStatus status = farm_status(work_folder(arguments), 2.5 * task_beat_seconds, control);
  std::fputs((arguments.has("json") ? to_json(status) : describe(status)).c_str(), stdout);
  return 0;
}

}  // namespace

const Command status_command{
    "status",
    "--work FOLDER [--json]",
    "How far the tasks of a planned film are.",
    {},
    {{"work", "FOLDER", "of the planned film"}, {"json", "", "for programs"}},
    0,
    "\nA task is running while its file changes, which is watched for up to 13 seconds where there "
    "is one.\n",
    run_status};

}  // namespace lifereel::cli
