// SPDX-License-Identifier: GPL-2.0-or-later
// What a quality holds other settings to, wherever they come from.
#pragma once

#include "src/settings.h"

namespace lifereel {

/// Makes what a preset or a film has set as good and as cheap as settings.quality says, if it says
/// anything.
void fit_quality(RenderSettings& settings);

/// Leaves out of a look what a quality has no time for.
void fit_look(LookSettings& look, const std::optional<Quality>& quality);

/// No more than a quality allows.
int particles_within(int particles, const std::optional<Quality>& quality);

}  // namespace lifereel
