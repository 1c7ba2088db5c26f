// SPDX-License-Identifier: GPL-2.0-or-later
// How species move (sim/species_motion.h), for pictures that are to come with it.
#pragma once

#include "cuda/kernels/frame_kernels.h"
#include "sim/arithmetic/species_motion.h"

namespace lifereel {

/// Of one species; 0 but between MeasureMotion and FinishMotion. Unsigned as atomics are: no sum is
/// negative.
struct DeviceMotionSums {
  std::uint64_t particles, power, across, down;
};

/// Adds up the particles, of a block first: a species' sums are few addresses. A thread a particle.
struct MeasureMotion : KernelBody {
  static constexpr const char* name = "MeasureMotion";
  Particles moving;
  DeviceMotionSums* sums;  ///< of each species
  std::int32_t particles, species_count;
  float down_scale, across_scale;

  static constexpr int phases = 3;
  static constexpr int most_species = 32;
  struct Shared {
    DeviceMotionSums sums[most_species];
  };

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared& shared) const {
    if constexpr (phase == 0) {
      for (std::int32_t s = thread.thread; s < species_count; s += thread.threads)
        shared.sums[s] = {0, 0, 0, 0};
    } else if constexpr (phase == 1) {
      const std::int32_t i = thread.global();
      if (i >= particles) return;
      const Particle particle = moving.particle[i];
      const Velocity velocity = moving.velocity[i];
      arithmetic::MotionSums own = {0, 0, 0, 0};
      arithmetic::add_share(own, arithmetic::motion_share(particle.y, particle.x, velocity.y,
                                                          velocity.x, down_scale, across_scale));
      add(shared.sums[particle.species],
          {static_cast<std::uint64_t>(own.particles), static_cast<std::uint64_t>(own.power),
           static_cast<std::uint64_t>(own.across), static_cast<std::uint64_t>(own.down)});
    } else {
      for (std::int32_t s = thread.thread; s < species_count; s += thread.threads)
        if (shared.sums[s].particles > 0) add(sums[s], shared.sums[s]);
    }
  }

 private:
  LIFEREEL_KERNEL static void add(DeviceMotionSums& to, const DeviceMotionSums& share) {
    atomic_add(&to.particles, share.particles);
    atomic_add(&to.power, share.power);
    atomic_add(&to.across, share.across);
    atomic_add(&to.down, share.down);
  }
};

/// What the sums come to. A thread a species.
struct FinishMotion : KernelBody {
  static constexpr const char* name = "FinishMotion";
  DeviceMotionSums* sums;
  SpeciesMotion* motion;
  std::int32_t species_count;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t s = thread.global();
    if (s >= species_count) return;
    motion[s] = arithmetic::motion_of(
        {static_cast<std::int64_t>(sums[s].particles), static_cast<std::int64_t>(sums[s].power),
         static_cast<std::int64_t>(sums[s].across), static_cast<std::int64_t>(sums[s].down)});
    sums[s] = {0, 0, 0, 0};
  }
};

}  // namespace lifereel
