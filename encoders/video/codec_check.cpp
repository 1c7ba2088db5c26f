// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/codec_check.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string_view>

#include "encoders/text/quantity_text.h"
#include "encoders/video/codec_context.h"
#include "encoders/video/codec_options.h"
#include "encoders/video/codec_traits.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {

void check_codec_settings(const FilmSettings& settings) {
  const AVCodec& codec = find_video_encoder(settings.codec);
  refuse_device_memory(codec);
  const std::string_view unusable = codec_traits(settings.codec).unusable_because;
  if (!unusable.empty())
    throw std::invalid_argument("the encoder " + settings.codec +
                                " makes no films: " + std::string(unusable) + "; choose another");
  if (settings.crf && settings.bitrate)
    throw std::invalid_argument(
        "crf and bitrate contradict each other: one asks for a quality, the other for a size; give "
        "one of them");
  if (settings.target == DiscTarget::none &&
      settings.maxrate.has_value() != settings.bufsize.has_value())
    throw std::invalid_argument(
        settings.maxrate ? "maxrate means nothing without bufsize; give both or neither"
                         : "bufsize means nothing without maxrate; give both or neither");
  for (const auto& [name, value] :
       {std::pair<const char*, std::optional<std::int64_t>>{"bitrate", settings.bitrate},
        {"maxrate", settings.maxrate},
        {"bufsize", settings.bufsize},
        {"audio-bitrate", settings.audio_bitrate}})
    if (value && *value <= 0)
      throw std::invalid_argument(std::string(name) + " must be positive, not " +
                                  std::to_string(*value));
  if (settings.bufsize && *settings.bufsize > INT_MAX)
    throw std::invalid_argument("bufsize must be below 2^31 bits");
  if (settings.bitrate && settings.maxrate && *settings.bitrate > *settings.maxrate)
    throw std::invalid_argument("bitrate (" + std::to_string(*settings.bitrate) +
                                ") is above maxrate (" + std::to_string(*settings.maxrate) +
                                "); lower one or raise the other");
  if (settings.gop && *settings.gop < 1)
    throw std::invalid_argument("gop must be at least 1 frame, not " +
                                std::to_string(*settings.gop));
  if (settings.codec_threads < 0 || settings.codec_threads > 64)
    throw std::invalid_argument("codec-threads must be 0 to 64, not " +
                                std::to_string(settings.codec_threads));
  if (settings.crf && find_codec_option(codec, "crf") == nullptr)
    throw std::invalid_argument(
        "the encoder " + settings.codec +
        " has no crf; give a bitrate, or one of its options: " + own_codec_options(codec));
  if (settings.crf && (!std::isfinite(*settings.crf) || *settings.crf < 0))
    throw std::invalid_argument("crf must be 0 or more, not " + number_text(*settings.crf));
  if (settings.codec_preset && find_codec_option(codec, "preset") == nullptr)
    throw std::invalid_argument("the encoder " + settings.codec + " has no presets; " +
                                own_codec_options(codec));
  const std::span<const std::string_view> presets = codec_traits(settings.codec).presets;
  if (settings.codec_preset && !presets.empty() &&
      std::find(presets.begin(), presets.end(), *settings.codec_preset) == presets.end())
    throw std::invalid_argument("the encoder " + settings.codec + " has no preset '" +
                                *settings.codec_preset + "'; it has " +
                                join({presets.begin(), presets.end()}));
}

void check_codec(const ResolvedFilm& film) {
  check_codec_options(film);
  const UniqueCodecContext context = configured_codec_context(film);
  // How the rate is controlled, and where a group of pictures ends: what joins rest on.
  constexpr int join_flags = AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_PASS1 | AV_CODEC_FLAG_PASS2 |
                             AV_CODEC_FLAG_CLOSED_GOP | AV_CODEC_FLAG_LOW_DELAY;
  if (film.settings.chunk_frames > 0 &&
      ((context->flags ^ make_codec_context(film)->flags) & join_flags) != 0)
    throw std::invalid_argument(
        "the codec option flags would break the joins of a film in chunks; leave qscale, pass1, "
        "pass2, cgop and low_delay as they are, or set chunk-frames to 0");
}

}  // namespace lifereel
