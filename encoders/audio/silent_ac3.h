// SPDX-License-Identifier: GPL-2.0-or-later
// The silent sound track that a disc wants. Internal to encoders/.
#pragma once

#include <cstdint>

#include "encoders/libav/libav.h"

namespace lifereel {

/// AC-3 stereo silence at 48 kHz. Every frame of digital silence has the same bytes, so one is
/// encoded at the start and then repeated.
class SilentAc3 {
 public:
  static constexpr int sample_rate = 48000;
  static constexpr int frame_samples = 1536;

  /// Throws std::runtime_error when this FFmpeg has no AC-3 encoder.
  explicit SilentAc3(std::int64_t bitrate);

  const AVCodecContext& codec() const noexcept { return *codec_; }

  /// Frames needed so that the sound lasts at least as long as `duration` ticks of `time_base`.
  static std::int64_t frames_for(std::int64_t duration, AVRational time_base) noexcept;
  std::int64_t frames_taken() const noexcept { return frames_; }

  /// The next frame, in ticks of 1/48000 s, valid until the next call.
  AVPacket& next();

 private:
  UniqueCodecContext codec_;
  UniquePacket silence_;
  UniquePacket packet_;
  std::int64_t frames_ = 0;
};

/// Throws std::invalid_argument for a bit rate that AC-3 does not have.
void check_ac3_bitrate(std::int64_t bitrate);

}  // namespace lifereel
