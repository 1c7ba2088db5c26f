// SPDX-License-Identifier: GPL-2.0-or-later
// The arithmetic's constants for one universe: computed here once, the same for every engine.
#pragma once

#include <vector>

#include "sim/arithmetic/arithmetic.h"
#include "sim/universe.h"

namespace lifereel {

/// The power of two that no entry of the matrix exceeds, at least 1: Note: [Force sums].
inline float force_strength(const std::vector<float>& matrix) {
  float strength = 1.0f;
  for (const float entry : matrix)
    while (arithmetic::absolute(entry) > strength) strength *= 2.0f;
  return strength;
}

inline arithmetic::ForceConstants force_constants(const UniverseSettings& universe,
                                                  const std::vector<float>& matrix) {
  arithmetic::ForceConstants constants;
  constants.inverse_repulsion_radius = 0.25f * (1.0f / (universe.rmax * universe.beta));
  constants.tent_slope = 0.25f * (2.0f / (universe.rmax * (1.0f - universe.beta)));
  constants.tent_offset = (1.0f + universe.beta) / (1.0f - universe.beta);
  constants.rounding = 0.25f * (6.0f * force_strength(matrix));
  return constants;
}

/// From this squared distance on a pair's force is exactly 0 quanta: a little over rmax^2, so that
/// rounding cannot let a pair count on one path and be skipped on another.
inline float reach_squared(const UniverseSettings& universe) {
  return universe.rmax * universe.rmax * 1.00001f;
}

inline arithmetic::MotionConstants motion_constants(const UniverseSettings& universe,
                                                    const std::vector<float>& matrix) {
  const float quantum = force_strength(matrix) / arithmetic::quanta_per_strength;
  return {universe.friction, universe.force_scale * universe.dt * quantum, universe.dt};
}

}  // namespace lifereel
