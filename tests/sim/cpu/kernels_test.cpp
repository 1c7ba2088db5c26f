// SPDX-License-Identifier: GPL-2.0-or-later
// The kernels at every width against the narrowest, on worst-case and random input. Sixteen lanes
// are compiled here without AVX-512 too, so that their logic is tested on processors that lack it.
#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <vector>

#define LIFEREEL_ISA sixteen_lanes_anywhere
#define LIFEREEL_LANES 16
#include "sim/cpu/kernels.inl"
#undef LIFEREEL_ISA
#undef LIFEREEL_LANES

#include "sim/arithmetic/constants.h"
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

// The layers of forces at frame 0, with coincident particles, computed strip by strip.
std::vector<std::int64_t> forces(const UniverseSettings& universe, const Kernels& kernels) {
  InitialState initial = make_initial_state(universe);
  State& state = initial.state;
  for (std::size_t i = 1; i < state.y.size(); i += 7)
    state.y[i] = state.y[i - 1], state.x[i] = state.x[i - 1];
  const Strips strips = make_strips(universe);
  const auto count = static_cast<std::size_t>(universe.species);
  std::vector<std::vector<std::size_t>> buckets(static_cast<std::size_t>(strips.buckets()));
  for (std::size_t i = 0; i < state.y.size(); ++i)
    buckets[static_cast<std::size_t>(strips.place_of(state.y[i], state.x[i]) / Strips::parts)]
        .push_back(i);

  const std::size_t positions =
      state.y.size() + static_cast<std::size_t>(strips.strips) * kernel_padding;
  std::vector<float> y(positions, out_of_reach), x(positions, out_of_reach);
  std::vector<float> felt(positions * count), caused(positions * count);
  std::vector<std::int32_t> place(positions), species(positions), start;
  std::size_t at = 0;
  for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket) {
    start.push_back(static_cast<std::int32_t>(at));
    for (const std::size_t i : buckets[bucket]) {
      y[at] = state.y[i];
      x[at] = state.x[i];
      place[at] = strips.place_of(y[at], x[at]);
      species[at] = state.species[i];
      for (std::size_t k = 0; k < count; ++k) {
        const auto own = static_cast<std::size_t>(species[at]);
        felt[k * positions + at] = initial.matrix[k * count + own];
        caused[k * positions + at] = initial.matrix[own * count + k];
      }
      ++at;
    }
    if ((bucket + 1) % static_cast<std::size_t>(strips.columns + 1) == 0) at += kernel_padding;
  }
  std::vector<std::int64_t> layers(2 * positions * static_cast<std::size_t>(strips.reach + 1));
  std::vector<std::int32_t> partial_y(positions), partial_x(positions);
  const auto pitch = static_cast<std::int64_t>(positions);
  const ForceField field = {&strips,
                            start.data(),
                            y.data(),
                            x.data(),
                            place.data(),
                            species.data(),
                            felt.data(),
                            caused.data(),
                            pitch,
                            force_constants(universe, initial.matrix),
                            layers.data(),
                            pitch,
                            [](const ForceField&) { return false; },
                            nullptr,
                            nullptr};
  for (std::int32_t strip = 0; strip < strips.strips; ++strip)
    kernels.sum_strip(field, strip, partial_y.data(), partial_x.data());
  for (const std::int32_t left : partial_y) CHECK(left == 0);
  for (const std::int32_t left : partial_x) CHECK(left == 0);
  return layers;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace

TEST_SUITE("sim.kernels") {
  TEST_CASE("forces: any number of particles, crowds and lone ones") {
    for (const Seam seam : {Seam::exact, Seam::published})
      for (const int particles : {1, 2, 3, 4, 5, 7, 17, 100, 1500, 6000}) {
        CAPTURE(particles);
        UniverseSettings universe;
        universe.width = 97;
        universe.height = 64;
        universe.rmax = 20.0f;
        universe.species = 32;
        universe.particles = particles;
        universe.seam = seam;
        const auto expected = forces(universe, baseline_kernels());
        for (const Kernels* kernels : wider_kernels())
          CHECK(same_bits(forces(universe, *kernels), expected));
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
