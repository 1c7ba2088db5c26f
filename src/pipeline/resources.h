// SPDX-License-Identifier: GPL-2.0-or-later
// What this process may use of the machine, and how one render shares it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/settings.h"

namespace lifereel {

struct Resources {
  int processors = 1;
  std::uint64_t memory_bytes = 0;  ///< free now
};

/// Affinity, free memory, and what the control groups of this process allow.
Resources usable_resources();

/// The narrowest limits of the process's control groups and all above them, version 1 and 2;
/// std::nullopt where nothing is limited or can be read. `root` stands before /proc and the mount
/// points, for tests.
struct CgroupLimits {
  std::optional<double> processors;           ///< quota over period
  std::optional<std::uint64_t> memory_bytes;  ///< limit less use; file caches count as free
};
CgroupLimits read_cgroup_limits(const std::string& root = "");

/// Who works at a render. Never changes a byte of it.
struct ResourceShare {
  int engine_threads = 1;        ///< of an engine on the CPU
  int lanes = 1;                 ///< no more than the film has chunks
  std::uint64_t ring_bytes = 0;  ///< what the rings of all lanes may take
};

/// Lanes enough to encode on every processor, and half the processors for the engine besides (more,
/// where encoders cannot use theirs; no more than the universe has work for): whoever is ahead of
/// the other sleeps, and costs nothing but memory. Of that half of what is free is taken; where it
/// is not enough, as many lanes as get most done at once in it. What `settings` say themselves is
/// kept. `draws_colour`: as Engine's.
ResourceShare share_resources(const RenderSettings& settings, const Resources& free,
                              bool draws_colour = false);

/// How many of `lanes` work at once in the long run, each with a ring of `slots`: while the engine
/// goes through one lane's chunk, the others live on what their rings hold, so that all work only
/// if those hold (lanes - 1) / lanes of a chunk.
double lanes_at_work(int lanes, int slots, std::int64_t chunk_frames) noexcept;

/// `wanted_slots` for each lane's ring, or as many as `ring_bytes` hold, but not below
/// `least_slots`.
int ring_slots_within(std::uint64_t ring_bytes, int wanted_slots, int least_slots, int lanes,
                      std::uint64_t slot_bytes) noexcept;

}  // namespace lifereel
