// SPDX-License-Identifier: GPL-2.0-or-later
// What this process may use of the machine, and how one render shares it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "settings.h"

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
  int engine_threads = 1;
  int lanes = 1;
};

/// Where a film is cut and one encoder keeps one processor busy: half the processors step the
/// universe (none, when a GPU does), the others encode, and one lane more takes up what the engine
/// leaves, for whoever is ahead sleeps. As many lanes as half the free memory can hold. Else one
/// lane, and all processors but one for the engine. What `settings` say themselves is kept.
ResourceShare share_resources(const RenderSettings& settings, const Resources& free,
                              bool engine_on_gpu);

/// `wanted_slots` for each lane's ring, or as many as half the free memory holds, but not below
/// `least_slots`.
int ring_slots_within(const Resources& free, int wanted_slots, int least_slots, int lanes,
                      std::uint64_t slot_bytes) noexcept;

}  // namespace lifereel
