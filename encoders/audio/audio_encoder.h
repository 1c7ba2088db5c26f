// SPDX-License-Identifier: GPL-2.0-or-later
// A film's sound as packets, in step with its pictures. Internal to encoders/.
#pragma once

#include <cstdint>
#include <functional>

#include "encoders/audio/audio_codec.h"
#include "encoders/audio/audio_source.h"
#include "encoders/libav/libav.h"

namespace lifereel {

class AudioEncoder {
 public:
  /// A packet, in ticks of 1/48000 s; time 0 is the film's first picture.
  using TakePacket = std::function<void(AVPacket&)>;

  /// `source`, whose first sample comes next, must outlive this object. Throws std::runtime_error
  /// when this FFmpeg lacks the encoder.
  AudioEncoder(const AudioCodec& codec, std::int64_t bitrate, bool global_header,
               AudioSource& source);

  const AVCodecContext& codec() const noexcept { return *codec_; }

  /// Encodes whole packets, as long as they end by then: the film may end there.
  void encode_until(std::int64_t samples, const TakePacket& take);
  /// The film has this many samples. Encodes the rest of them; nothing may follow.
  void finish(std::int64_t samples, const TakePacket& take);

  std::int64_t bytes() const noexcept { return bytes_; }

 private:
  /// The next `count` samples of the source in a frame of `size`, zeros behind them.
  UniqueFrame next_frame(int count, int size);
  void send(AVFrame* frame, const TakePacket& take);

  const AudioCodec& kind_;
  AudioSource& source_;
  UniqueCodecContext codec_;
  UniquePacket packet_;
  std::int64_t sent_ = 0;    // samples
  std::int64_t packed_ = 0;  // of whole packets that came out
  std::int64_t bytes_ = 0;
};

}  // namespace lifereel
