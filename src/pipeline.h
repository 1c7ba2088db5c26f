// SPDX-License-Identifier: GPL-2.0-or-later
// Engine -> rings -> sinks: one engine thread, a thread for each lane, backpressure between them.
// A frame is a point in time of the film, a picture is its pixels.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "encoders/picture.h"
#include "errors.h"
#include "sim/engine.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Where the time went; seconds. What lanes did is summed over all of them.
struct PipelineStatistics {
  std::int64_t frames = 0;       ///< whose pictures the sink has taken
  std::int64_t frames_kept = 0;  ///< of chunks that the sink did not need, so far
  int lanes = 1;
  double wall_seconds = 0;
  double engine_busy_seconds = 0;         ///< stepping and drawing
  double engine_waited_seconds = 0;       ///< for a free slot
  double encoder_busy_seconds = 0;        ///< inside the sink
  std::vector<double> lane_busy_seconds;  ///< of it, each lane's
  double encoder_waited_seconds = 0;      ///< for a filled slot
  double mean_ring_fill = 0;              ///< filled slots the lanes found, 0..ring_slots
  int ring_slots = 0;                     ///< of each lane
  std::uint64_t ring_bytes = 0;           ///< of all lanes
  int slow_slots = 0;                     ///< of all lanes, PictureMemory::slow_pictures()

  /// Of engine_busy_seconds; counted when the pipeline has ended.
  StageTimes engine_stages;

  // Processor time, counted when a thread has ended.
  double engine_cpu_seconds = 0;   ///< of the engine's thread, without helpers of its own
  double encoder_cpu_seconds = 0;  ///< of the lanes' threads, without the codecs' own
  double cpu_seconds = 0;          ///< of the whole process meanwhile
};

struct PipelineSettings {
  std::int64_t frames = 0;
  /// Chunks that are made at once, 1..256; more than there are chunks are not used.
  int lanes = 1;
  /// Pictures in each lane's ring, at least 3; 0: default_ring_slots().
  int ring_slots = 0;
  /// Called on the engine's thread after each step and draw; may be empty. For hashing states.
  std::function<void(const Engine&)> after_draw;
  /// Called on the engine's thread before each chunk that the sink needs, with no draw in flight:
  /// brings the engine to the frame before the chunk's first if chunks in between were not needed,
  /// and may save it. May be empty if every chunk is needed.
  std::function<void(Engine&, std::int64_t chunk)> before_chunk;
  /// As in JobControl. It is the engine's meanwhile, who has none afterwards.
  const std::atomic<bool>* cancel = nullptr;
  /// Once it is set, the film ends with the frame being drawn, or where the sink says
  /// (ChunkedSink::end_early()).
  const std::atomic<bool>* end_early = nullptr;
  /// Called on the calling thread about five times a second; may be empty.
  std::function<void(const PipelineStatistics&)> progress;
};

/// Slots of a lane's ring: those the sink holds, those being drawn, one filled and one to spare for
/// unevenness; with several lanes also a chunk, so that the engine can go on to the next lane at
/// once. Less only costs time.
int default_ring_slots(int pictures_held_at_most, int draws_in_flight, int lanes,
                       std::int64_t chunk_frames) noexcept;

/// Steps `engine` and hands the picture of every frame to `sink`, from the engine's next frame on;
/// calls sink.finish() after the last. Chunks that the sink does not need are left out; each of the
/// others goes to the lane that has least to do when its first picture is drawn. Each lane has a
/// ring and a thread of its own. No picture is dropped, doubled or reordered in its chunk. The
/// first error on any side ends all and is rethrown here; a set `cancel` ends all with Cancelled,
/// unless the sink is finishing already: then it comes too late, but for a sink that looks at the
/// flag itself. The engine must outlive the call. After a failure the sink may still hold pictures:
/// their memory is kept until they are released, on whatever thread, so picture memory must not
/// need the engine. Throws std::invalid_argument when a ring is too small for the sink.
PipelineStatistics run_pipeline(Engine& engine, ChunkedSink& sink,
                                const PipelineSettings& settings);

/// The same with a sink that takes all pictures from one thread: one lane.
PipelineStatistics run_pipeline(Engine& engine, PictureSink& sink,
                                const PipelineSettings& settings);

}  // namespace lifereel
