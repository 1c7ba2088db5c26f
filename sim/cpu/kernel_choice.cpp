// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/kernel_choice.h"

namespace lifereel {

const Kernels& kernels_for(Isa isa) noexcept {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return avx512_kernels();
  if (isa == Isa::avx2) return avx2_kernels();
#endif
  static_cast<void>(isa);
  return baseline_kernels();
}

const LightKernels& light_kernels_for(Isa isa) noexcept {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return avx512_light_kernels();
  if (isa == Isa::avx2) return avx2_light_kernels();
#endif
  static_cast<void>(isa);
  return baseline_light_kernels();
}

const GlyphKernels& glyph_kernels_for(Isa isa) noexcept {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return avx512_glyph_kernels();
  if (isa == Isa::avx2) return avx2_glyph_kernels();
#endif
  static_cast<void>(isa);
  return baseline_glyph_kernels();
}

}  // namespace lifereel
