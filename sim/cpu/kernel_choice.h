// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "sim/cpu/glyph_kernels.h"
#include "sim/cpu/kernels.h"
#include "sim/cpu/light_kernels.h"
#include "sim/engine.h"

namespace lifereel {

/// Those of an instruction set that is available.
const Kernels& kernels_for(Isa isa) noexcept;
const LightKernels& light_kernels_for(Isa isa) noexcept;
const GlyphKernels& glyph_kernels_for(Isa isa) noexcept;

}  // namespace lifereel
