// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/commands.h"

namespace lifereel::cli {

const std::vector<const Command*>& commands() {
  static const std::vector<const Command*> all{
      &render_command, &estimate_command, &verify_command, &disc_command,  &presets_command,
      &looks_command,  &scout_command,    &info_command,   &bench_command, &hash_command,
      &state_command,  &plan_command,     &join_command,   &status_command};
  return all;
}

}  // namespace lifereel::cli
