// SPDX-License-Identifier: GPL-2.0-or-later
#define LIFEREEL_ISA avx512
#define LIFEREEL_LANES 16
#include "sim/cpu/glyph_kernels.inl"
#include "sim/cpu/kernels.inl"
#include "sim/cpu/light_kernels.inl"

const lifereel::Kernels& lifereel::avx512_kernels() noexcept { return avx512::kernels; }
const lifereel::LightKernels& lifereel::avx512_light_kernels() noexcept {
  return avx512::light_kernels;
}
const lifereel::GlyphKernels& lifereel::avx512_glyph_kernels() noexcept {
  return avx512::glyph_kernels;
}
