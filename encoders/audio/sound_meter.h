// SPDX-License-Identifier: GPL-2.0-or-later
// How much sound a decoder makes, and how loud it is. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>

#include "encoders/audio/audio_graph.h"
#include "encoders/audio/loudness_meter.h"

namespace lifereel {

class SoundMeter {
 public:
  /// The next decoded frame of 48 kHz stereo; of others, and of those whose shape changes, only the
  /// length is measured.
  void add(const AVFrame& frame);

  std::int64_t samples() const noexcept { return samples_; }
  /// The first frame's time; std::nullopt where it has none.
  std::optional<std::int64_t> begin_ticks() const noexcept { return begin_ticks_; }
  /// Nothing may follow.
  Loudness finish();

 private:
  void measure(const AVFrame& frame);

  std::int64_t samples_ = 0;
  std::optional<std::int64_t> begin_ticks_;
  std::optional<AudioGraph> to_stereo_;
  std::optional<LoudnessMeter> loudness_;
  AVSampleFormat format_ = AV_SAMPLE_FMT_NONE;
  int channels_ = 0;
  bool measurable_ = true;
};

}  // namespace lifereel
