// SPDX-License-Identifier: GPL-2.0-or-later
// What a film's sound is encoded with. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "encoders/libav/libav.h"

namespace lifereel {

struct AudioCodec {
  const char* encoder;     ///< libavcodec's name
  AVSampleFormat samples;  ///< that it is given
  std::int64_t bitrate;    ///< usual, bits per second; 0: lossless, it has none
  std::int64_t lowest, highest;
  /// The container cannot say where within a packet sound begins and ends: the codec's delay is
  /// taken out of the sound's begin, and the last packet is filled with silence.
  bool whole_packets;
  bool lossy() const noexcept { return bitrate > 0; }
};

/// For a container by libavformat's name; nullptr for one that is given no sound.
const AudioCodec* audio_codec(std::string_view container, bool bitrate_given) noexcept;

/// Throws std::invalid_argument for a bit rate that the codec does not have.
void check_audio_bitrate(const AudioCodec& codec, std::int64_t bitrate);

}  // namespace lifereel
