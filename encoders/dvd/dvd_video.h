// SPDX-License-Identifier: GPL-2.0-or-later
// DVD-Video as data: what the disc fixes, and where a film's comment goes. Internal to encoders/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/film.h"
#include "encoders/libav/libav.h"

namespace lifereel {

struct DvdVideo {
  const char* name;  ///< "ntsc-dvd"
  int width;
  int height;
  Rational frames_per_second;
  int longest_gop;  ///< 36 fields in NTSC, 30 in PAL
  const char* codec = "mpeg2video";
  const char* muxer = "dvd";  ///< the one program stream muxer that writes navigation packs

  // Bits per second and bits, as FFmpeg's -target sets them.
  std::int64_t bitrate = 6'000'000;
  std::int64_t maxrate = 9'000'000;
  std::int64_t bufsize = 1'835'008;  ///< 224 KiB
  std::int64_t audio_bitrate = 448'000;
  std::int64_t highest_maxrate = 9'800'000;
  std::int64_t highest_audio_bitrate = 448'000;

  // The program stream.
  int packet_bytes = 2048;
  std::int64_t muxrate = 10'080'000;
  std::int64_t preload_us = 500'000;
  std::int64_t max_delay_us = 700'000;
};

/// nullptr for DiscTarget::none.
const DvdVideo* dvd_video(DiscTarget target) noexcept;

/// Bits per second in words: "9800 kb/s".
std::string kilobits(std::int64_t bits);

/// `settings` with everything filled in that the disc decides or defaults to; unchanged without a
/// disc target.
FilmSettings with_disc_defaults(FilmSettings settings);

/// Throws std::invalid_argument where settings contradict the disc. `width` and `height` are those
/// of the pictures, checked only when no filter chain changes them.
void check_disc_settings(const FilmSettings& settings, int width, int height);

/// Throws std::invalid_argument unless the opened or configured codec keeps the disc's limits:
/// codec options and a filter chain can change what the settings said.
void check_disc_codec(const DvdVideo& disc, const AVCodecContext& codec);

/// Encoder options of ours that are no fields of AVCodecContext.
const StringPairs& disc_codec_options();

/// A program stream has no metadata: the comment travels as MPEG-2 user data, which begins with
/// "lifereel\n" and stands between the first sequence's extensions and its GOP header.
/// Throws std::runtime_error when the packet does not begin a sequence.
void insert_comment(AVPacket& packet, const std::string& comment);

/// The comment in MPEG-2 video data, or an empty string.
std::string find_comment(const std::uint8_t* data, std::size_t size);

/// Throws std::invalid_argument for a comment that user data cannot carry.
void check_comment(std::string_view comment);

}  // namespace lifereel
