// SPDX-License-Identifier: GPL-2.0-or-later
// Engine -> ring -> sink: one engine thread, one sink thread, backpressure between them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "encoders/picture.h"
#include "sim/engine.h"

namespace lifereel {

struct PipelineSettings {
  std::int64_t frames = 0;
  /// Pictures in the ring, 3..31; 0: sink.pictures_held_at_most() + engine.draws_in_flight() + 2.
  int ring_slots = 0;
  /// Called on the engine's thread after each step and draw; may be empty. For hashing states.
  std::function<void(const Engine&)> after_draw;
  const std::atomic<bool>* cancel = nullptr;
  std::function<void(const struct PipelineStatistics&)> progress;  ///< about five times a second
};

struct PipelineStatistics {
  std::int64_t frames = 0;              ///< pictures the sink has taken
  double wall_seconds = 0;
  double engine_busy_seconds = 0;       ///< stepping and drawing
  double engine_waited_seconds = 0;     ///< for a free slot
  double encoder_busy_seconds = 0;      ///< inside the sink
  double encoder_waited_seconds = 0;    ///< for a filled slot
  double mean_ring_fill = 0;            ///< filled slots the sink found, 0..ring_slots
  int ring_slots = 0;
  std::uint64_t ring_bytes = 0;
};

/// Steps `engine` and hands every frame to `sink`, from the engine's next frame on; calls
/// sink.finish() after the last. No frame is dropped, doubled or reordered. The first error of
/// either side ends both and is rethrown here; a set `cancel` ends both with Cancelled (render.h).
/// The engine must outlive the call, and the sink must release every picture before it is destroyed.
/// Throws std::invalid_argument when the ring is too small for the sink.
PipelineStatistics run_pipeline(Engine& engine, PictureSink& sink, const PipelineSettings& settings);

}  // namespace lifereel
