// SPDX-License-Identifier: GPL-2.0-or-later
// One seed, run for as long as a rung says. Private to src/scout/.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "src/scout/observer.h"
#include "src/scout/records.h"

namespace lifereel {

struct SeedRun {
  RunKey key;
  UniverseSettings universe;  ///< of that seed; its look is not drawn
  Isa isa = Isa::automatic;
  ObservationTimes times;
  std::string kept_path;  ///< of the universe on its way
  const std::atomic<bool>* cancel = nullptr;
  std::atomic<std::int64_t>* frames_run = nullptr;
  /// Frames, ascending, of which the state is shown to `show` when it is reached; where a run goes
  /// on that was stopped, those from there on.
  std::vector<std::int64_t> shown;
  std::function<void(const State&)> show;
  /// What has been run for less is not kept when it is cancelled.
  std::chrono::seconds least_kept{2};
};

/// Goes on from `kept_path` where that is a run of the same, and keeps itself there from time to
/// time; the file is gone when it is done. Throws Cancelled: what there is was kept.
ObservedRun run_seed(const SeedRun& run);

/// A universe whose trail is empty, as if nothing had ever been drawn of it.
Checkpoint undrawn(const UniverseSettings& universe, const State& state);

}  // namespace lifereel
