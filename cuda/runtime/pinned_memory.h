// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of the host that a device copies into at full speed. Internal to cuda/.
#pragma once

#include <cstddef>

#include "cuda/runtime/device_context.h"
#include "sim/engine.h"

namespace lifereel {

/// Pinned: in one piece, or in halves and halves of these, until the system gives some. What it
/// does not pin at all is plain: copies into it are slower, and no more. No picture lies in two
/// pieces. The context is current; whichever thread destroys the memory need not have it.
PictureMemory allocate_pinned(std::size_t picture_bytes, std::size_t pictures,
                              const DeviceContext& context);

}  // namespace lifereel
