// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "src/settings.h"

namespace lifereel {

/// What `automatic` comes to: an ISA or a number of threads asks for the CPU, a device for the GPU.
bool takes_gpu(const EngineSettings& settings);

}  // namespace lifereel
