// SPDX-License-Identifier: GPL-2.0-or-later
// NumPy's default_rng: SeedSequence feeding PCG64, written from their published algorithms
// (M. E. O'Neill, "PCG" and "Developing a seed_seq alternative"; D. Lemire, "Fast Random Integer
// Generation in an Interval").
#include <array>
#include <cmath>
#include <cstddef>

#include "sim/arithmetic/float_environment.h"
#include "sim/universe.h"

namespace lifereel {
namespace {

__extension__ using Uint128 = unsigned __int128;

// SeedSequence(seed).generate_state(4, uint64).
std::array<std::uint64_t, 4> spread_seed(std::uint64_t seed) {
  std::uint32_t hash_constant = 0x43b0d7e5;
  const auto hash = [&hash_constant](std::uint32_t value) {
    value ^= hash_constant;
    hash_constant *= 0x931e8875;
    value *= hash_constant;
    return value ^ value >> 16;
  };
  const auto mix = [](std::uint32_t x, std::uint32_t y) {
    const std::uint32_t mixed = 0xca01f9dd * x - 0x4973f715 * y;
    return mixed ^ mixed >> 16;
  };
  // Words of the seed that are not there count as 0.
  std::array<std::uint32_t, 4> pool = {static_cast<std::uint32_t>(seed),
                                       static_cast<std::uint32_t>(seed >> 32), 0, 0};
  for (auto& word : pool) word = hash(word);
  for (std::size_t from = 0; from < pool.size(); ++from)
    for (std::size_t to = 0; to < pool.size(); ++to)
      if (from != to) pool[to] = mix(pool[to], hash(pool[from]));

  hash_constant = 0x8b51f9dd;
  std::array<std::uint64_t, 4> words{};
  for (std::size_t i = 0; i < 8; ++i) {
    std::uint32_t value = pool[i % 4] ^ hash_constant;
    hash_constant *= 0x58f38ded;
    value *= hash_constant;
    value ^= value >> 16;
    words[i / 2] |= std::uint64_t{value} << (32 * (i % 2));
  }
  return words;
}

// PCG64 (XSL-RR 128/64) with NumPy's buffered 32-bit halves.
class Pcg64 {
 public:
  explicit Pcg64(std::uint64_t seed) {
    const auto words = spread_seed(seed);
    const Uint128 start = Uint128{words[0]} << 64 | words[1];
    increment_ = (Uint128{words[2]} << 64 | words[3]) << 1 | 1;
    state_ = increment_ + start;
    advance();
  }

  std::uint64_t next64() {
    advance();
    const auto folded =
        static_cast<std::uint64_t>(state_ >> 64) ^ static_cast<std::uint64_t>(state_);
    const auto turn = static_cast<unsigned>(state_ >> 122);
    return folded >> turn | folded << ((64 - turn) & 63);
  }

  // [0, 1), 53 bits.
  double next_double() { return static_cast<double>(next64() >> 11) * 0x1p-53; }

  // [0, bound), by Lemire's method on 32 bits; a bound of 1 draws nothing.
  std::uint32_t next_below(std::uint32_t bound) {
    if (bound == 1) return 0;
    std::uint64_t product = std::uint64_t{next32()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t threshold = (0u - bound) % bound;
      while (static_cast<std::uint32_t>(product) < threshold)
        product = std::uint64_t{next32()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  void advance() {
    state_ = state_ * (Uint128{2549297995355413924u} << 64 | 4865540595714422341u) + increment_;
  }

  std::uint32_t next32() {
    if (half_left_) {
      half_left_ = false;
      return half_;
    }
    const std::uint64_t whole = next64();
    half_left_ = true;
    half_ = static_cast<std::uint32_t>(whole >> 32);
    return static_cast<std::uint32_t>(whole);
  }

  Uint128 state_ = 0;
  Uint128 increment_ = 0;
  std::uint32_t half_ = 0;
  bool half_left_ = false;
};

/// K x K, row-major. Entries change their sign, their place, or are quartered: all of it exact.
void shape(std::vector<float>& matrix, std::size_t k, MatrixFamily family) {
  const std::vector<float> drawn = matrix;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < k; ++j) {
      float& entry = matrix[i * k + j];
      const float size = std::fabs(entry), mirrored = drawn[j * k + i];
      const bool next = (i + 1) % k == j, previous = (j + 1) % k == i;
      switch (family) {
        case MatrixFamily::random:
          break;
        case MatrixFamily::symmetric:
          if (i > j) entry = mirrored;
          break;
        case MatrixFamily::chase:
          entry = i == j ? size : i > j ? -mirrored : entry;
          break;
        case MatrixFamily::chains:
          entry = i == j || next || previous ? size : -size;
          break;
        case MatrixFamily::snakes:
          entry = i == j ? size : next ? 0.25f * size : 0.0f;
          break;
      }
    }
}

}  // namespace

InitialState make_initial_state(const UniverseSettings& settings) {
  const FloatEnvironment ieee;
  const auto n = static_cast<std::size_t>(settings.particles);
  const auto k = static_cast<std::uint32_t>(settings.species);
  const auto height = static_cast<float>(settings.height);
  const auto width = static_cast<float>(settings.width);
  InitialState initial;
  State& state = initial.state;
  state.y.resize(n);
  state.x.resize(n);
  state.vy.assign(n, 0.0f);
  state.vx.assign(n, 0.0f);
  state.species.resize(n);

  Pcg64 random(settings.seed);
  for (std::size_t i = 0; i < n; ++i) {
    state.y[i] = static_cast<float>(random.next_double()) * height;
    state.x[i] = static_cast<float>(random.next_double()) * width;
  }
  for (std::size_t i = 0; i < n; ++i)
    state.species[i] = static_cast<std::int32_t>(random.next_below(k));
  if (settings.matrix.empty()) {
    initial.matrix.resize(std::size_t{k} * k);
    for (float& entry : initial.matrix)
      entry = static_cast<float>(-1.0 + 2.0 * random.next_double());
    shape(initial.matrix, k, settings.matrix_family);
  } else {
    initial.matrix = settings.matrix;
  }
  return initial;
}

}  // namespace lifereel
