// SPDX-License-Identifier: GPL-2.0-or-later
#define LIFEREEL_ISA baseline
#define LIFEREEL_LANES 4
#include "sim/cpu/glyph_kernels.inl"
#include "sim/cpu/kernels.inl"
#include "sim/cpu/light_kernels.inl"

const lifereel::Kernels& lifereel::baseline_kernels() noexcept { return baseline::kernels; }
const lifereel::LightKernels& lifereel::baseline_light_kernels() noexcept {
  return baseline::light_kernels;
}
const lifereel::GlyphKernels& lifereel::baseline_glyph_kernels() noexcept {
  return baseline::glyph_kernels;
}
