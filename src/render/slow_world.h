// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "sim/universe.h"

namespace lifereel {

/// Why the frames of a universe take long, and what is faster; empty where particles do not explain
/// it, whatever the machine.
std::string slow_world_text(const UniverseSettings& universe);

}  // namespace lifereel
