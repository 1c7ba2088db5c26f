// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/sound_rules.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "encoders/audio/audio_codec.h"
#include "encoders/dvd/dvd_video.h"
#include "encoders/text/quantity_text.h"

namespace lifereel {
namespace {

constexpr double longest_fade = 3600, quietest = -60, loudest = -5;

void check_numbers(const AudioSettings& audio) {
  if (audio.track && *audio.track < 1)
    throw std::invalid_argument("audio-track counts from 1, and is not " +
                                std::to_string(*audio.track));
  for (const auto& [key, seconds] :
       {std::pair{"audio-fade-in", audio.fade_in}, {"audio-fade-out", audio.fade_out}})
    if (!(seconds >= 0 && seconds <= longest_fade))
      throw std::invalid_argument(std::string(key) + " is 0 to 3600 seconds, not " +
                                  number_text(seconds));
  if (audio.loudness && !(*audio.loudness >= quietest && *audio.loudness <= loudest))
    throw std::invalid_argument("loudness is -60 to -5 LUFS, or off, not " +
                                number_text(*audio.loudness));
}

/// Of a pack of 2048 bytes, its own header and that of its packet of sound or video take some.
std::int64_t in_packs(std::int64_t bits) {
  constexpr std::int64_t pack_bytes = 2048, least_payload = 2016;
  return bits * pack_bytes / least_payload;
}

void check_mux_rate(const FilmSettings& settings) {
  const DvdVideo* const disc = dvd_video(settings.target);
  if (disc == nullptr) return;
  const std::int64_t sum = in_packs(*settings.maxrate + *settings.audio_bitrate);
  if (sum <= disc->muxrate) return;
  throw std::invalid_argument(std::string(disc->name) + " carries " + kilobits_text(disc->muxrate) +
                              " in all; maxrate " + kilobits_text(*settings.maxrate) +
                              " and audio-bitrate " + kilobits_text(*settings.audio_bitrate) +
                              " come to " + kilobits_text(sum) +
                              " with the packs around them: lower one of the two");
}

}  // namespace

void settle_sound(FilmSettings& settings) {
  if (!settings.audio.given()) return;
  constexpr double slowest = 1.0 / 60;
  if (settings.frames_per_second.value() < slowest)
    throw std::invalid_argument(
        "sound goes with a picture a minute at least, and fps is slower; set audio = none");
  check_numbers(settings.audio);
  const AudioCodec* const codec =
      audio_codec(settings.container, settings.audio_bitrate.has_value());
  if (codec == nullptr)
    throw std::invalid_argument("the container " + settings.container +
                                " is given no sound; name the film .mp4, .mov, .mkv, .webm, .mpg "
                                "or .ts, or set audio = none");
  if (avcodec_find_encoder_by_name(codec->encoder) == nullptr)
    throw std::invalid_argument(std::string("this FFmpeg has no encoder '") + codec->encoder +
                                "', which sound in " + settings.container + " needs");
  if (settings.audio_bitrate)
    check_audio_bitrate(*codec, *settings.audio_bitrate);
  else if (codec->bitrate > 0)
    settings.audio_bitrate = codec->bitrate;
  check_mux_rate(settings);
}

}  // namespace lifereel
