// SPDX-License-Identifier: GPL-2.0-or-later
// How loud sound is, by EBU R128. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>

#include "encoders/audio/audio_graph.h"

namespace lifereel {

struct Loudness {
  /// LUFS; std::nullopt: silence, or too short for the measure (0.4 s).
  std::optional<double> integrated;
  /// dBTP; std::nullopt: not one sample differs from 0.
  std::optional<double> true_peak;
};

/// libavfilter's ebur128 of 48 kHz stereo that comes piece by piece.
class LoudnessMeter {
 public:
  LoudnessMeter();
  ~LoudnessMeter();
  LoudnessMeter(const LoudnessMeter&) = delete;
  LoudnessMeter& operator=(const LoudnessMeter&) = delete;

  void add(const float* left, const float* right, std::int64_t count);
  /// Of all that was added. Nothing may follow.
  Loudness finish();

 private:
  void send();
  void receive();

  std::optional<AudioGraph> graph_;
  UniqueFrame filling_, measured_;
  int filled_ = 0;
  std::int64_t samples_ = 0;  // sent
  double integrated_ = -70;
  double peak_ = 0;
};

}  // namespace lifereel
