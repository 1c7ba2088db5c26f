// SPDX-License-Identifier: GPL-2.0-or-later
// The CPU kernels, included by one source file for each instruction set, which defines LIFEREEL_ISA
// and LIFEREEL_LANES. Includes nothing that could leave an inline function compiled for a wider
// instruction set than the processor's in the program.

#include <cstdint>
#include <cstring>

#include "arithmetic.h"
#include "kernels.h"
#include "wide.h"

namespace lifereel::LIFEREEL_ISA {
namespace {

// Lanes are targets; candidates are broadcast one by one. A candidate out of every lane's reach
// would add 0: it is skipped.
void sum_forces(const Targets& targets, const Candidates& candidates,
                const ForceSettings& settings) {
  const Float limit(settings.reach_squared);
  alignas(64) float attraction[32 * LIFEREEL_LANES];  // by the candidate's species, then lane
  for (std::int32_t first = 0; first < targets.count; first += lanes) {
    const std::int32_t used = targets.count - first < lanes ? targets.count - first : lanes;
    for (int lane = 0; lane < lanes; ++lane) {
      const std::int32_t target = first + (lane < used ? lane : 0);
      const float* row = settings.matrix + targets.species[target] * settings.species_count;
      for (std::int32_t k = 0; k < settings.species_count; ++k)
        attraction[k * lanes + lane] = row[k];
    }
    const Float y = load(targets.y + first);
    const Float x = load(targets.x + first);
    std::int64_t sum_y[LIFEREEL_LANES] = {}, sum_x[LIFEREEL_LANES] = {};
    for (std::int32_t part = 0; part < candidates.count;
         part += arithmetic::terms_per_partial_sum) {
      const std::int32_t end = candidates.count - part < arithmetic::terms_per_partial_sum
                                   ? candidates.count
                                   : part + arithmetic::terms_per_partial_sum;
      Int part_y(0), part_x(0);
      for (std::int32_t j = part; j < end; ++j) {
        const Float dy = Float(candidates.y[j]) - y;
        const Float dx = Float(candidates.x[j]) - x;
        const Float r2 = dy * dy + dx * dx;
        if (!any_at_most(r2, limit)) continue;
        const Float c = arithmetic::pair_coefficient(
            r2, load(attraction + candidates.species[j] * lanes), settings.constants);
        part_y = part_y + arithmetic::force_quanta(c, dy, settings.constants);
        part_x = part_x + arithmetic::force_quanta(c, dx, settings.constants);
      }
      for (int lane = 0; lane < used; ++lane) {
        sum_y[lane] += part_y.v[lane];
        sum_x[lane] += part_x.v[lane];
      }
    }
    for (int lane = 0; lane < used; ++lane) {
      targets.sum_y[first + lane] = sum_y[lane];
      targets.sum_x[first + lane] = sum_x[lane];
    }
  }
}

void add_splats(std::int32_t* splat, const std::int32_t* x, std::int32_t count,
                const std::int32_t* weights) {
  using Row = std::int32_t __attribute__((vector_size(32)));
  Row weight, row;
  memcpy(&weight, weights, sizeof weight);
  for (std::int32_t i = 0; i < count; ++i) {
    memcpy(&row, splat + x[i], sizeof row);
    row += weight;
    memcpy(splat + x[i], &row, sizeof row);
  }
}

float fade_row(float* trail, const std::int32_t* splat, std::int32_t count, float decay) {
  Float largest(0.0f);
  for (std::int32_t i = 0; i < count; i += lanes) {
    const Float faded = arithmetic::fade_and_add(load(trail + i), to_float(load(splat + i)), decay);
    store(trail + i, faded);
    largest = maximum(largest, faded);
  }
  return largest_lane(largest);
}

float fade_empty_row(float* trail, std::int32_t count, float decay) {
  Float largest(0.0f);
  for (std::int32_t i = 0; i < count; i += lanes) {
    const Float faded = arithmetic::fade_and_add(load(trail + i), Float(0.0f), decay);
    store(trail + i, faded);
    largest = maximum(largest, faded);
  }
  return largest_lane(largest);
}

template <bool limited>
void tone_pixels(const float* trail, std::uint8_t* luma, std::int32_t count, float scale) {
  const auto tone = [scale](const float* from) {
    const Int gray = arithmetic::gray_of(load(from), scale);
    return limited ? arithmetic::limited_range(gray) : gray;
  };
  std::int32_t i = 0;
  for (; i + lanes <= count; i += lanes) store_bytes(luma + i, tone(trail + i));
  if (i < count) {
    std::uint8_t last[LIFEREEL_LANES];
    store_bytes(last, tone(trail + i));
    memcpy(luma + i, last, static_cast<unsigned long>(count - i));
  }
}

void tone_row(const float* trail, std::uint8_t* luma, std::int32_t count, float scale,
              bool limited_range) {
  if (limited_range)
    tone_pixels<true>(trail, luma, count, scale);
  else
    tone_pixels<false>(trail, luma, count, scale);
}

}  // namespace

extern const Kernels kernels;
const Kernels kernels = {sum_forces, add_splats, fade_row, fade_empty_row, tone_row};

}  // namespace lifereel::LIFEREEL_ISA
