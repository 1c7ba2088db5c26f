// SPDX-License-Identifier: GPL-2.0-or-later
// Samples of a film, made with its own engine and encoder (estimate.h, Note: [Estimates]). Private
// to src/.
#pragma once

#include <optional>

#include "encoders/film.h"
#include "src/estimate/measurement.h"
#include "src/job_control.h"
#include "src/pipeline/resources.h"
#include "src/settings.h"

namespace lifereel {

/// Takes about so many seconds. `film`: nothing is encoded without it. Throws Cancelled, and as
/// make_engine() and Film do.
Measurement probe(const RenderSettings& settings, const std::optional<ResolvedFilm>& film,
                  const ResourceShare& share, double seconds, const JobControl& control);

}  // namespace lifereel
