// SPDX-License-Identifier: GPL-2.0-or-later
// Engine -> ring -> sink: one engine thread, one sink thread, backpressure between them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>

#include "encoders/picture.h"
#include "sim/engine.h"

namespace lifereel {

/// Thrown when work ended because it was asked to; nothing that looks finished is left behind.
struct Cancelled : std::runtime_error {
  Cancelled() : std::runtime_error("the render was cancelled; no film was written") {}
};

/// Where the time went; seconds.
struct PipelineStatistics {
  std::int64_t frames = 0;  ///< pictures the sink has taken
  double wall_seconds = 0;
  double engine_busy_seconds = 0;     ///< stepping and drawing
  double engine_waited_seconds = 0;   ///< for a free slot
  double encoder_busy_seconds = 0;    ///< inside the sink
  double encoder_waited_seconds = 0;  ///< for a filled slot
  double mean_ring_fill = 0;          ///< filled slots the sink found, 0..ring_slots
  int ring_slots = 0;
  std::uint64_t ring_bytes = 0;
};

struct PipelineSettings {
  std::int64_t frames = 0;
  /// Pictures in the ring, 3..31; 0: sink.pictures_held_at_most() + engine.draws_in_flight() + 2.
  int ring_slots = 0;
  /// Called on the engine's thread after each step and draw; may be empty. For hashing states.
  std::function<void(const Engine&)> after_draw;
  const std::atomic<bool>* cancel = nullptr;
  /// Called on the calling thread about five times a second; may be empty.
  std::function<void(const PipelineStatistics&)> progress;
};

/// Steps `engine` and hands every frame to `sink`, from the engine's next frame on; calls
/// sink.finish() after the last. No frame is dropped, doubled or reordered. The first error of
/// either side ends both and is rethrown here; a set `cancel` ends both with Cancelled, unless the
/// sink is finishing already: then it comes too late.
/// The engine must outlive the call. After a failure the sink may still hold pictures: their memory
/// waits until it has let go of them, on whatever thread, so picture memory must not need the
/// engine. Throws std::invalid_argument when the ring is too small for the sink.
PipelineStatistics run_pipeline(Engine& engine, PictureSink& sink,
                                const PipelineSettings& settings);

}  // namespace lifereel
