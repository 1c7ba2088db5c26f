// SPDX-License-Identifier: GPL-2.0-or-later
// What was measured of a film, apart from its length, and the text in which it is kept. Private to
// src/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/estimate.h"

namespace lifereel {

/// A film's frames at one age of its universe; seconds and bytes of a frame.
struct AgeSample {
  std::int64_t age = 0;    ///< frames of the universe before it
  double engine_cpu = 0;   ///< of all its threads
  double engine_wall = 0;  ///< with as many threads as the film will have
  double encoder_cpu = 0;  ///< while as many encoders are at work as the film has lanes
  double key_bytes = 0, other_bytes = 0;
  StageTimes stages;
};

/// What a finished film turned out to cost.
struct FinishedCost {
  std::int64_t frames = 0;
  int lanes = 1;
  double wall_seconds = 0;
  std::int64_t film_bytes = 0;
  std::uint64_t peak_memory_bytes = 0;
  FrameBudget budget;
};

struct Measurement {
  std::vector<AgeSample> samples;  ///< by age
  double gop = 1;                  ///< frames from key frame to key frame
  double chunk_frames = 0;         ///< that an encoder makes before it ends; 0: all of them
  double saved_at_end = 0;         ///< bytes of what it makes last, where pictures are oldest
  double probe_seconds = 0;        ///< there were, to measure
  bool to_the_end = false;         ///< of a film: for a longer one there could be older samples
  std::optional<FinishedCost> finished;
};

/// The mean of a quantity over the frames `from` to `to` of the universe: between samples as if it
/// changed evenly, before the first as there, after the last the mean of those more than half as
/// old. Of no sample: 0.
double mean_over(const std::vector<AgeSample>& samples, double AgeSample::*quantity, double from,
                 double to);

/// Bytes of a frame, key frames among them, likewise.
double mean_bytes(const Measurement& measurement, double from, double to);

std::string print(const Measurement& measurement);
/// Nothing where the text is damaged, or of another version.
std::optional<Measurement> parse_measurement(const std::string& text);

}  // namespace lifereel
