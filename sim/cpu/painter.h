// SPDX-License-Identifier: GPL-2.0-or-later
// How the CPU engine draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim/cpu/stage_clock.h"
#include "sim/cpu/worker_pool.h"
#include "sim/engine.h"

namespace lifereel {

/// Particles in ranges of positions, in any order. Lent for one picture.
struct ParticleView {
  const float *y, *x, *vy, *vx;
  const std::int32_t* species;
  const std::vector<std::pair<std::int32_t, std::int32_t>>* ranges;
  std::uint64_t frame;  ///< since the initial state

  template <class Work>
  void for_each(const Work& work) const {
    for (const auto& [from, to] : *ranges)
      for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i) work(i);
  }
};

/// Owns what pictures leave behind in the next.
class Painter {
 public:
  Painter() = default;
  virtual ~Painter() = default;
  Painter(const Painter&) = delete;
  Painter& operator=(const Painter&) = delete;

  /// A frame begins: what was added and not painted is no part of a picture.
  virtual void begin_frame() noexcept {}
  /// The particles after a step of the frame that is not its last.
  virtual void add(const ParticleView&) {}
  /// Whether something was added and is not painted.
  virtual bool has_added() const noexcept { return false; }
  /// Fades what was there, adds the particles and writes a valid target's planes.
  virtual void paint(const ParticleView& particles, const PictureTarget& target,
                     WorkerPool& pool) = 0;
  /// The same for a picture that nobody looks at: nothing is written.
  virtual void pass(const ParticleView& particles, const ColourDescription& colour,
                    WorkerPool& pool) = 0;
  /// The part of a checkpoint that is the painter's.
  virtual void save(Checkpoint& checkpoint) const = 0;
  virtual void restore(const Checkpoint& checkpoint) = 0;

  const StageTimes& stage_times() const noexcept { return clock_.times(); }

 protected:
  StageClock clock_;
};

/// Settings must be valid; isa one of available_isas().
std::unique_ptr<Painter> make_gray_painter(const UniverseSettings& universe, Isa isa, int threads);
std::unique_ptr<Painter> make_light_painter(const UniverseSettings& universe, Isa isa, int threads);

/// Bytes that the painter of these settings allocates.
std::size_t painter_memory_bytes(const UniverseSettings& universe, int threads);

}  // namespace lifereel
