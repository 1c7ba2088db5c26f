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

/// How long a step takes.
inline float step_time(const UniverseSettings& universe) {
  return universe.dt / static_cast<float>(universe.substeps);
}

/// The n-th root of a number from 0 to 1, found by halving: the same everywhere, for products of
/// doubles are, and they rise with their factors.
inline double root_of_part(double part, int n) {
  if (part <= 0) return 0;
  double low = 0, high = 1;
  for (int i = 0; i < 64; ++i) {
    const double middle = low + (high - low) * 0.5;
    double power = middle;
    for (int factor = 1; factor < n; ++factor) power *= middle;
    (power < part ? low : high) = middle;
  }
  return high;
}

/// In slow motion velocities decay and grow in all substeps of a step together as in the step: what
/// is kept is the step's part's root, and a force's impulses, each with what is kept of it by then,
/// add up to the step's.
inline arithmetic::MotionConstants motion_constants(const UniverseSettings& universe,
                                                    const std::vector<float>& matrix) {
  const float quantum = force_strength(matrix) / arithmetic::quanta_per_strength;
  const float impulse = universe.force_scale * universe.dt * quantum;
  if (universe.substeps == 1) return {universe.friction, impulse, universe.dt};
  const double kept = universe.friction, kept_a_substep = root_of_part(kept, universe.substeps);
  const double share = kept < 1.0 ? (1.0 - kept_a_substep) / (1.0 - kept) : 1.0 / universe.substeps;
  return {static_cast<float>(kept_a_substep), static_cast<float>(share * impulse),
          step_time(universe)};
}
/// Of the first frame. Velocities are those of half a step before their frame, at the beginning 0:
/// in slow motion, whose half step is shorter, the first impulse has what the step's had by then.
inline arithmetic::MotionConstants first_motion_constants(const UniverseSettings& universe,
                                                          const std::vector<float>& matrix) {
  arithmetic::MotionConstants motion = motion_constants(universe, matrix);
  motion.impulse_per_quantum *= 0.5f * static_cast<float>(universe.substeps + 1);
  return motion;
}

/// Points of light that a particle leaves along its way in a step and in a frame of a look in
/// colour.
inline int points_a_step(const UniverseSettings& universe) {
  const int points = universe.look.streaks / universe.steps_per_frame;
  return points > 1 ? points : 1;
}
inline int points_a_frame(const UniverseSettings& universe) {
  return points_a_step(universe) * universe.steps_per_frame;
}

}  // namespace lifereel
