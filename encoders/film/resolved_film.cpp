// SPDX-License-Identifier: GPL-2.0-or-later
// From what was asked for to what a film will be.
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoders/audio/silent_ac3.h"
#include "encoders/dvd/dvd_video.h"
#include "encoders/film.h"
#include "encoders/film/container.h"
#include "encoders/finished_file.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/text/quantity_text.h"
#include "encoders/video/chunk_rules.h"
#include "encoders/video/codec_check.h"
#include "encoders/video/codec_traits.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {
namespace {

void check_shape(const FilmSettings& settings, const FilmOutput& output) {
  if (output.width <= 0 || output.height <= 0)
    throw std::invalid_argument("the size must be positive, not " +
                                size_text(output.width, output.height));
  if (av_image_check_size2(static_cast<unsigned>(output.width),
                           static_cast<unsigned>(output.height), INT64_MAX, AV_PIX_FMT_YUV420P, 0,
                           nullptr) < 0)
    throw std::invalid_argument("the size " + size_text(output.width, output.height) +
                                " is larger than libav can handle");
  const Rational rate = settings.frames_per_second;
  if (rate.num <= 0 || rate.den <= 0)
    throw std::invalid_argument("frames per second must be positive, not " +
                                std::to_string(rate.num) + "/" + std::to_string(rate.den));
  if (settings.aspect && (settings.aspect->num <= 0 || settings.aspect->den <= 0))
    throw std::invalid_argument("the aspect must be positive, as 16:9");
}

/// Throws std::invalid_argument when the encoder takes neither format.
PixelFormat choose_pixel_format(const FilmSettings& settings, bool gray_file) {
  // A chain converts to what the encoder takes.
  if (!settings.filter.empty()) return PixelFormat::yuv420p;
  if (codec_traits(settings.codec).raw)
    return gray_file ? PixelFormat::gray8 : PixelFormat::yuv420p;
  const std::vector<AVPixelFormat> formats =
      supported_pixel_formats(find_video_encoder(settings.codec));
  const auto takes = [&](AVPixelFormat format) {
    return formats.empty() || std::find(formats.begin(), formats.end(), format) != formats.end();
  };
  if (takes(AV_PIX_FMT_YUV420P)) return PixelFormat::yuv420p;
  if (takes(AV_PIX_FMT_GRAY8)) return PixelFormat::gray8;
  std::vector<std::string> names;
  for (const AVPixelFormat format : formats) names.emplace_back(av_get_pix_fmt_name(format));
  throw std::invalid_argument("the encoder " + settings.codec +
                              " takes neither yuv420p nor gray; convert with --filter format=... "
                              "to one of " +
                              join(names));
}

std::optional<PixelFormat> choose_filtered_format(const FilmSettings& settings, bool gray_file) {
  if (settings.target != DiscTarget::none) return PixelFormat::yuv420p;
  if (codec_traits(settings.codec).raw && gray_file) return PixelFormat::gray8;
  return std::nullopt;
}

/// Throws std::invalid_argument for sound, a comment or an extension that the target does not have.
void check_target(const ResolvedFilm& film, const FilmSettings& asked, const FilmOutput& output) {
  const DvdVideo* const disc = dvd_video(film.settings.target);
  if (disc == nullptr) {
    if (!film.settings.audio_bitrate) return;
    throw std::invalid_argument(
        "audio-bitrate is for the sound of a disc target; this film has no sound");
  }
  check_ac3_bitrate(*film.settings.audio_bitrate);
  check_comment(output.comment);
  const std::string extension = extension_of(output.path);
  if (asked.container.empty() && !extension.empty() && extension != "mpg" && extension != "mpeg" &&
      extension != "vob")
    throw std::invalid_argument(std::string(disc->name) +
                                " makes a program stream; name the film .mpg, not ." + extension);
}

}  // namespace

ResolvedFilm resolve(const FilmSettings& asked, const FilmOutput& output) {
  LogCapture log;
  check_shape(asked, output);
  check_disc_settings(asked, output.width, output.height);
  check_codec_settings(asked);
  ResolvedFilm film = resolve_encoding(asked);
  check_codec(film);
  check_chunks(asked, film);
  check_target(film, asked, output);

  FilmSettings& settings = film.settings;
  const AVOutputFormat& muxer = find_muxer(settings, output.path);
  check_container(settings, muxer, find_video_encoder(settings.codec));
  settings.container = muxer.name;

  const bool gray_file = extension_of(output.path) == "gray";
  film.width = output.width;
  film.height = output.height;
  film.pictures =
      format_for_size(choose_pixel_format(settings, gray_file), film.width, film.height);
  film.filtered_pixel_format = choose_filtered_format(settings, gray_file);
  if (film.pictures.pixel_format == PixelFormat::yuv420p && settings.filter.empty() &&
      !codec_traits(settings.codec).takes_odd_sizes &&
      (output.width % 2 != 0 || output.height % 2 != 0))
    throw std::invalid_argument("the size " + size_text(output.width, output.height) +
                                " is odd; 4:2:0 colour needs an even width and height");
  return film;
}

void validate(const FilmSettings& settings, const FilmOutput& output) {
  static_cast<void>(resolve(settings, output));
  FinishedFile::check_path(output.path, output.overwrite);
}

}  // namespace lifereel
