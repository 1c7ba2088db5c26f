// SPDX-License-Identifier: GPL-2.0-or-later
// What a film will cost, before it is rendered.
#pragma once

#include <optional>
#include <string>

#include "src/cli/arguments.h"
#include "src/estimate.h"
#include "src/job_control.h"

namespace lifereel::cli {

/// The settings that were given. With --quality auto, those of the best quality that ends within
/// --within, and `said` is why. Throws std::invalid_argument where there is none.
RenderSettings settings_in_time(const Arguments& arguments, const EstimateSettings& how,
                                const JobControl& control, std::string& said);

/// Nothing where it would take as long as the film, or fails: then the render says why.
std::optional<Estimate> estimate_before(const RenderSettings& settings, const EstimateSettings& how,
                                        const JobControl& control);

}  // namespace lifereel::cli
