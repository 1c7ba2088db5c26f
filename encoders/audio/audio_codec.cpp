// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/audio_codec.h"

#include <stdexcept>
#include <string>

#include "encoders/audio/silent_ac3.h"

namespace lifereel {
namespace {

constexpr AudioCodec aac = {"aac", AV_SAMPLE_FMT_FLTP, 192'000, 32'000, 512'000, false};
constexpr AudioCodec opus = {"libopus", AV_SAMPLE_FMT_FLT, 160'000, 16'000, 510'000, false};
constexpr AudioCodec flac = {"flac", AV_SAMPLE_FMT_S16, 0, 0, 0, false};
constexpr AudioCodec ac3 = {"ac3", AV_SAMPLE_FMT_FLTP, 448'000, 32'000, 640'000, true};

}  // namespace

const AudioCodec* audio_codec(std::string_view container, bool bitrate_given) noexcept {
  for (const std::string_view name : {"mp4", "mov", "ipod", "f4v", "ismv"})
    if (container == name) return &aac;
  for (const std::string_view name : {"dvd", "vob", "mpegts"})
    if (container == name) return &ac3;
  if (container == "webm") return &opus;
  if (container == "matroska") return bitrate_given ? &opus : &flac;
  return nullptr;
}

void check_audio_bitrate(const AudioCodec& codec, std::int64_t bitrate) {
  if (std::string_view(codec.encoder) == "ac3") return check_ac3_bitrate(bitrate);
  if (bitrate >= codec.lowest && bitrate <= codec.highest) return;
  throw std::invalid_argument("audio-bitrate of " + std::string(codec.encoder) + " is " +
                              std::to_string(codec.lowest / 1000) + "k to " +
                              std::to_string(codec.highest / 1000) + "k, not " +
                              std::to_string(bitrate) + " bits per second");
}

}  // namespace lifereel
