// SPDX-License-Identifier: GPL-2.0-or-later
// What a film turned out to be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../sim/language.h"  // as installed

namespace [[gnu::visibility("default")]] lifereel {

/// Of the sound under a film.
struct SoundStatistics {
  std::string encoder;               ///< libavcodec's name of it; empty: there is no sound
  std::int64_t bits_per_second = 0;  ///< 0: lossless
  std::int64_t samples = 0;          ///< of each channel, after finish()
  std::int64_t bytes = 0;            ///< packets, without the container
  /// Of all that is heard, before the gain; std::nullopt: not measured, or silence.
  std::optional<double> integrated_lufs, true_peak_dbtp;
  double gain_db = 0;
};

/// What encoders tell about themselves, summed over all that is written.
struct FilmStatistics {
  std::int64_t frames = 0;  ///< pictures encoded (packets out)
  std::int64_t frames_i = 0, frames_p = 0, frames_b = 0;
  double average_quantiser_i = 0, average_quantiser_p = 0, average_quantiser_b = 0;
  std::int64_t bytes_i = 0, bytes_p = 0, bytes_b = 0;
  std::int64_t video_bytes = 0;  ///< packets, without the container
  std::int64_t file_bytes = 0;   ///< final size, after finish()
  double duration_seconds = 0;
  double average_bitrate = 0;  ///< video, bits per second
  double encode_seconds = 0;   ///< inside codecs, filter and muxer, all threads together
  double mux_seconds = 0;      ///< of it, in the muxer and on the disk
  SoundStatistics sound;       ///< but for a disc's silence
  std::string encoder;         ///< libavcodec's name of it
  std::string container;       ///< libavformat's name of it
  std::string pixel_format;    ///< what the codec was fed
  int codec_threads = 0;
  /// Of a film in chunks: pictures that a decoder with the film's maxrate and bufsize would wait
  /// for. Above 0 only where the encoder overran its own share; never on a disc.
  std::int64_t late_frames = 0;
  /// What libav warned of, each once, at most 16; nothing of it stopped the film.
  std::vector<std::string> warnings;
};

}  // namespace lifereel
