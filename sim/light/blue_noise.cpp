// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/light/blue_noise.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace lifereel {
namespace {

constexpr std::size_t noise_size = 64;

constexpr std::uint8_t noise_ranks[noise_size * noise_size] = {
#include "sim/light/blue_noise.inc"
};

constexpr std::array<float, noise_size * noise_size> noise_samples() {
  std::array<float, noise_size * noise_size> samples{};
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<float>(noise_ranks[i]) / 256.0f;
  return samples;
}
alignas(64) constexpr std::array<float, noise_size* noise_size> blue_noise = noise_samples();

constexpr std::array<float, noise_size> halves_of_a_row() {
  std::array<float, noise_size> samples{};
  for (float& sample : samples) sample = 0.5f;
  return samples;
}
alignas(64) constexpr std::array<float, noise_size> halves = halves_of_a_row();

}  // namespace

const float* blue_noise_row(int row) noexcept {
  return blue_noise.data() + static_cast<std::size_t>(row) % noise_size * noise_size;
}

const float* half_row() noexcept { return halves.data(); }

}  // namespace lifereel
