// SPDX-License-Identifier: GPL-2.0-or-later
// What an engine computes with, of what this machine has. Internal to sim/cpu/.
#pragma once

#include <cstddef>
#include <string>

#include "sim/engine.h"

namespace lifereel {

/// The widest for Isa::automatic. Throws std::invalid_argument for one that is not there.
Isa choose_isa(Isa wanted);

/// Every processor for 0. Throws std::invalid_argument for too many.
int choose_threads(int wanted);

/// Throws std::invalid_argument where the machine has less memory. `what` needs it, before the
/// universe's size.
void require_memory(std::size_t bytes, const std::string& what, const UniverseSettings& universe);

/// Of an engine that computes so.
EngineDescription describe_cpu_engine(Isa isa, int threads, std::size_t memory_bytes);

}  // namespace lifereel
