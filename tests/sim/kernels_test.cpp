// SPDX-License-Identifier: GPL-2.0-or-later
// The kernels at every width against the narrowest, on worst-case and random input. Sixteen lanes
// are compiled here without AVX-512 too, so that their logic is tested on processors that lack it.
#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <vector>

#define LIFEREEL_ISA sixteen_lanes_anywhere
#define LIFEREEL_LANES 16
#include "sim/kernels.inl"
#undef LIFEREEL_ISA
#undef LIFEREEL_LANES

#include "sim/engine.h"

using namespace lifereel;

namespace {

std::vector<const Kernels*> wider_kernels() {
  std::vector<const Kernels*> kernels = {&sixteen_lanes_anywhere::kernels};
#if defined(__x86_64__)
  for (const Isa isa : available_isas()) {
    if (isa == Isa::avx2) kernels.push_back(&avx2_kernels());
    if (isa == Isa::avx512) kernels.push_back(&avx512_kernels());
  }
#endif
  return kernels;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace

TEST_SUITE("sim.kernels") {
  TEST_CASE("forces: any number of targets and candidates") {
    std::mt19937 random(1);
    std::uniform_real_distribution<float> near(0.0f, 264.0f), entry(-1.0f, 1.0f);
    std::vector<float> matrix(32 * 32);
    for (float& a : matrix) a = entry(random);
    ForceSettings settings{
        {1.0f / 26.4f, 2.0f / 61.6f, 1.3f / 0.7f, 6.0f}, 7744.0f * 1.00001f, matrix.data(), 32};
    for (const int targets : {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 100})
      for (const int count : {1, 31, 32, 33, 64, 200}) {
        const auto padded = static_cast<std::size_t>(std::max(targets, count) + kernel_padding);
        std::vector<float> y(padded), x(padded);
        std::vector<std::int32_t> species(padded);
        for (std::size_t i = 0; i < padded; ++i) {
          y[i] = near(random);
          x[i] = near(random);
          species[i] = static_cast<std::int32_t>(random() % 32);
          if (i % 7 == 3) y[i] = y[i - 1], x[i] = x[i - 1];  // coincident particles
        }
        const auto sums = [&](const Kernels& kernels) {
          std::vector<std::int64_t> sum(2 * static_cast<std::size_t>(targets));
          kernels.sum_forces(
              {y.data(), x.data(), species.data(), targets, sum.data(), sum.data() + targets},
              {y.data(), x.data(), species.data(), count}, settings);
          return sum;
        };
        const auto expected = sums(baseline_kernels());
        for (const Kernels* kernels : wider_kernels()) CHECK(same_bits(sums(*kernels), expected));
      }
  }

  TEST_CASE("trail, splats and tones: any width") {
    std::mt19937 random(2);
    for (const int width : {1, 3, 4, 5, 8, 15, 16, 17, 63, 720}) {
      const auto padded = static_cast<std::size_t>(width + 3 * kernel_padding);
      std::vector<float> trail(padded, 0.0f);
      std::vector<std::int32_t> splat(padded, 0), pixels;
      for (int i = 0; i < width; ++i) {
        trail[static_cast<std::size_t>(i)] =
            random() % 3 == 0 ? 0.0f : static_cast<float>(random() % 100000) * 1e-3f;
        pixels.push_back(static_cast<std::int32_t>(random() % static_cast<unsigned>(width)));
      }
      trail[0] = 0x1p-20f;  // about to go dark
      const auto apply = [&](const Kernels& kernels) {
        auto t = trail;
        auto s = splat;
        kernels.add_splats(s.data(), pixels.data(), width, splat_weights[0]);
        std::vector<float> result = {kernels.fade_row(t.data(), s.data(), width, 0.8f)};
        result.push_back(kernels.fade_empty_row(t.data(), width, 0.8f));
        result.insert(result.end(), t.begin(), t.begin() + width);
        for (const bool limited : {false, true}) {
          std::vector<std::uint8_t> luma(static_cast<std::size_t>(width) + 1, 77);
          kernels.tone_row(t.data(), luma.data(), width, 40.0f, limited);
          CHECK(luma.back() == 77);
          result.insert(result.end(), luma.begin(), luma.end());
        }
        return result;
      };
      const auto expected = apply(baseline_kernels());
      for (const Kernels* kernels : wider_kernels()) CHECK(same_bits(apply(*kernels), expected));
    }
  }
}
