// SPDX-License-Identifier: GPL-2.0-or-later
// The engine of lifereel's own scenes. Internal to sim/cpu/.
#pragma once

#include <memory>

#include "sim/engine.h"

namespace lifereel {

/// Settings must be valid, and of another scene than particle_life. Throws what make_cpu_engine()
/// does.
std::unique_ptr<Engine> make_scene_engine(const UniverseSettings& universe,
                                          const CpuEngineSettings& cpu);

}  // namespace lifereel
