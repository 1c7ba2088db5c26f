// SPDX-License-Identifier: GPL-2.0-or-later
// Where the milliseconds of a frame go, for people and programs. Private to lifereel.
#pragma once

#include <string>

#include "src/estimate.h"
#include "src/text/json.h"

namespace lifereel {

/// "6.61 ms: engine 1.61 (step 1.20, light 0.31, tone 0.10), encode 5.31, mux 0.02"
std::string describe(const FrameBudget& budget);

/// As an object of this name.
void add_budget(Json& json, const char* name, const FrameBudget& budget);

/// What was expected of a film, within an object.
void add_estimate(Json& json, const Estimate& estimate);

}  // namespace lifereel
