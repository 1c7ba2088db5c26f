// SPDX-License-Identifier: GPL-2.0-or-later
// What a film will cost on this machine, and what this machine is: known before the first frame.
//
// Note: [Estimates] A probe makes samples of the film with the engine and the encoder that it will
// have, as many at once as it will have lanes: key frames and others by themselves, weighted by the
// length of a GOP, those that the encoder gives back before its end, for these had all that it
// looks ahead at. A young universe encodes differently, so that samples are of several ages, as old
// as can be reached in the time there is, and as many as there is time for, since an old one is now
// busier and now calmer; what lies between is interpolated, and from the oldest on a universe is
// taken to be as among the old ones. Large worlds are stepped as smaller ones of the same seed and
// density, whose pictures are alike pixel for pixel; the costs of an engine grow with the world, so
// that they are measured in the world itself. With a bitrate, a film's size is known without a
// sample. Errors of size, as seen: 1 % there; by crf up to 7 % (as much as 12) where thirty
// seconds were measured, 5 to 15 % in ten, up to 30 % where only the little that a second has time
// for could be encoded. A finished film is kept as the best estimate of the next, of any length.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "job_control.h"
#include "settings.h"
#include "sim/engine.h"

namespace [[gnu::visibility("default")]] lifereel {

struct RenderReport;

/// Where the time of a frame goes, in seconds of wall time. Engine, encoders and muxer work at
/// once, so that they add up to more than a frame.
struct FrameBudget {
  double frame = 0;   ///< from one frame to the next
  double engine = 0;  ///< stepping and drawing
  StageTimes stages;  ///< of `engine`; all 0 where it does not tell them apart
  double encode = 0;  ///< in filter and codec, all lanes together
  double mux = 0;     ///< in the muxer and on the disk, sound included
};

/// How estimates are made and kept.
struct EstimateSettings {
  /// Of measuring; a little more where a single picture takes longer.
  double probe_seconds = 1;
  /// Where measurements are kept, one small file for each film and machine. Empty: nowhere. A
  /// folder that cannot be written, and files that are damaged, are no errors.
  std::string folder;
};

/// $XDG_CACHE_HOME/lifereel or ~/.cache/lifereel; empty where neither is known.
std::string estimate_folder();

struct Estimate {
  std::int64_t frames = 0;
  double seconds = 0;            ///< of wall time
  std::uint64_t film_bytes = 0;  ///< 0: nothing is encoded
  std::uint64_t disk_bytes = 0;  ///< at most, until the film is finished
  std::uint64_t peak_memory_bytes = 0;
  int lanes = 1, engine_threads = 1;
  std::string engine;  ///< "cpu" or "cuda"
  FrameBudget budget;

  enum class Source {
    measured,  ///< now
    kept,      ///< measured before, on this machine
    rendered,  ///< a finished film of these settings, here
  } source = Source::measured;
  /// Of the oldest universe that was sampled, in frames of the film.
  std::int64_t oldest_sample = 0;
};

/// Blocks for about `probe_seconds`, or not at all where a measurement is kept. Encodes into
/// nothing; writes no file but the one it keeps. Throws as render() does before its first frame,
/// but for paths; Cancelled.
Estimate estimate(const RenderSettings& settings, const EstimateSettings& how = {},
                  const JobControl& control = {});

/// Keeps what a film turned out to cost. Never throws.
void keep_as_estimate(const RenderSettings& settings, const RenderReport& report,
                      const EstimateSettings& how) noexcept;

/// One line: "about 4:20, film 1.23 GB, disk 2.47 GB until it is finished, memory 313 MB".
std::string describe(const Estimate& estimate);
/// The same at length, with what a frame costs.
std::string describe_at_length(const Estimate& estimate);
std::string to_json(const RenderSettings& settings, const Estimate& estimate);

struct QualityChoice {
  Quality quality = Quality::draft;
  Estimate estimate;
  std::string why;  ///< one line: what was chosen, and why nothing better
};

/// The best quality whose film ends within `within_seconds` and fits into the memory and the disk
/// there are. `settings_of` gives the settings that a quality comes to; where it or the estimate
/// throws std::invalid_argument, that quality is none. Throws std::invalid_argument when there is
/// no other. `measure`: estimate(), or a test's.
QualityChoice choose_quality(const std::function<RenderSettings(Quality)>& settings_of,
                             double within_seconds,
                             const std::function<Estimate(const RenderSettings&)>& measure);

/// How one render would share this machine.
struct RenderPlan {
  std::string engine;  ///< "cpu", or the GPU by name
  int engine_threads = 1;
  int lanes = 1;
  int ring_slots = 0;  ///< of each lane
  std::uint64_t ring_bytes = 0, encoder_bytes = 0, engine_bytes = 0;
  std::uint64_t memory_bytes = 0;  ///< the process at its peak
};

/// Throws std::invalid_argument (settings).
RenderPlan plan_render(const RenderSettings& settings);

/// What this process may use, and what it is limited by.
struct MachineReport {
  std::string processor;
  int processors_online = 1;
  int processors_allowed = 1;  ///< by affinity
  double processor_quota = 0;  ///< of the control group; 0: none
  int processors = 1;          ///< that renders share
  std::uint64_t memory_total = 0;
  std::uint64_t memory_limit_left = 0;  ///< of the control group; 0: none
  std::uint64_t memory = 0;             ///< that renders share
};
MachineReport machine_report();

/// Both, for every preset, with the GPUs there are.
std::string machine_json();

}  // namespace lifereel
