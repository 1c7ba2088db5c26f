// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sim/engine.h"
#include "src/settings.h"

namespace lifereel {

/// The first GPU that `settings` allow and that can be used now; nullptr: they come to the CPU. As
/// make_engine(), in what it throws and tells.
std::unique_ptr<Engine> make_gpu_engine(const UniverseSettings& universe,
                                        const EngineSettings& settings,
                                        const std::function<void(const std::string&)>& notice);

}  // namespace lifereel
