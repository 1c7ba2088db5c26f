// SPDX-License-Identifier: GPL-2.0-or-later
#define LIFEREEL_ISA avx2
#define LIFEREEL_LANES 8
#include "sim/cpu/glyph_kernels.inl"
#include "sim/cpu/kernels.inl"
#include "sim/cpu/light_kernels.inl"

const lifereel::Kernels& lifereel::avx2_kernels() noexcept { return avx2::kernels; }
const lifereel::LightKernels& lifereel::avx2_light_kernels() noexcept {
  return avx2::light_kernels;
}
const lifereel::GlyphKernels& lifereel::avx2_glyph_kernels() noexcept {
  return avx2::glyph_kernels;
}
