// SPDX-License-Identifier: GPL-2.0-or-later
// A film that is to fit on a disc, as the command line asks for it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/cli/arguments.h"
#include "src/film_to_disc.h"

namespace lifereel::cli {

/// --disc and --fill.
const std::vector<CommandOption>& fit_options();

/// What they ask for; nothing without --disc. Throws UsageError where other options answer the same
/// question.
std::optional<FitSettings> fit_of(const Arguments& arguments);

/// The settings of the film that fits. `say` is told the reasons, a sentence each.
RenderSettings fitted(const RenderSettings& settings, const FitSettings& fit,
                      const JobControl& control,
                      const std::function<void(const std::string&)>& say);

}  // namespace lifereel::cli
