// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of the program, each a thin client of the library. A command's run() returns the
// exit status and throws for failures; main() turns those into one line and a status.
#pragma once

#include <atomic>

#include "src/cli/arguments.h"

namespace lifereel::cli {

extern const Command render_command;
extern const Command presets_command;
extern const Command looks_command;
extern const Command bench_command;
extern const Command estimate_command;
extern const Command info_command;
extern const Command scout_command;
extern const Command hash_command;
extern const Command state_command;
extern const Command verify_command;
extern const Command disc_command;
extern const Command plan_command;
extern const Command join_command;
extern const Command status_command;

/// render --work: one task of a planned film.
int run_task(const Arguments& arguments);
/// --work, in which a planned film is. Throws UsageError.
std::string work_folder(const Arguments& arguments);

/// Every command, in the order of the overview, help, manual and completions: the list in
/// commands.cpp. Sets out what there is; a command that is not in it does not exist.
const std::vector<const Command*>& commands();

/// Set when the program has been asked to end (signals.h).
const std::atomic<bool>& cancelled();

}  // namespace lifereel::cli
