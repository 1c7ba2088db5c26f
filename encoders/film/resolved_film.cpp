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
#include "encoders/film/sound_rules.h"
#include "encoders/finished_file.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/libav/picture_frame.h"
#include "encoders/picture_files.h"
#include "encoders/text/quantity_text.h"
#include "encoders/video/chunk_rules.h"
#include "encoders/video/codec_check.h"
#include "encoders/video/codec_traits.h"
#include "encoders/video/filter_graph.h"
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

bool has_colour(const std::vector<AVPixelFormat>& formats) {
  return formats.empty() || std::any_of(formats.begin(), formats.end(), [](AVPixelFormat format) {
           const AVPixFmtDescriptor* const shape = av_pix_fmt_desc_get(format);
           constexpr std::uint64_t special = AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL;
           return shape != nullptr && shape->nb_components >= 3 && (shape->flags & special) == 0;
         });
}

/// How pictures are drawn, and what they are converted to where the encoder takes neither format.
void choose_pixel_formats(ResolvedFilm& film, bool gray_file, bool colour) {
  const FilmSettings& settings = film.settings;
  const auto draw = [&film](PixelFormat format) {
    film.pictures = format_for_size(format, film.width, film.height);
  };
  draw(settings.pixel_format);
  if (!settings.filter.empty()) return;  // a chain converts to what the encoder takes
  if (codec_traits(settings.codec).raw) {
    if (gray_file) draw(PixelFormat::gray8);
    return;
  }
  std::vector<AVPixelFormat> formats =
      formats_with_bits(find_video_encoder(settings.codec), bit_depth(settings.pixel_format));
  const auto takes = [&](AVPixelFormat format) {
    return formats.empty() || std::find(formats.begin(), formats.end(), format) != formats.end();
  };
  // Viewers of pictures expect full range.
  const bool pictures = settings.container == "image2";
  const bool deep = bit_depth(settings.pixel_format) > 8;
  if (takes(to_libav(settings.pixel_format)) && !(pictures && (colour || takes(AV_PIX_FMT_GRAY8))))
    return;
  if (takes(AV_PIX_FMT_GRAY8) && !(colour && has_colour(formats))) return draw(PixelFormat::gray8);
  formats.push_back(AV_PIX_FMT_NONE);
  const AVPixelFormat rgb = deep ? AV_PIX_FMT_RGB48 : AV_PIX_FMT_RGB24;
  const AVPixelFormat wanted = pictures && colour ? rgb : to_libav(settings.pixel_format);
  const AVPixelFormat nearest =
      avcodec_find_best_pix_fmt_of_list(formats.data(), wanted, 0, nullptr);
  film.converted_pixel_format = av_get_pix_fmt_name(nearest);
  if (pictures) return;  // nobody expects theirs to be another
  film.notices.push_back("the encoder " + settings.codec + " does not take " +
                         (deep ? "yuv420p10" : "yuv420p") + "; pictures are converted to " +
                         film.converted_pixel_format +
                         ", the nearest that it takes (a filter chain that ends in format=... "
                         "chooses another)");
}

/// Throws std::invalid_argument where there are not as many bits as were asked for.
void check_bit_depth(const FilmSettings& settings, const FilmOutput& output) {
  if (settings.pixel_format == PixelFormat::yuv420p) return;
  if (settings.pixel_format == PixelFormat::gray8)
    throw std::invalid_argument(
        "a film has the pixel-format yuv420p or yuv420p10; gray8 is for files of gray pictures "
        "(film.gray)");
  if (extension_of(output.path) == "gray")
    throw std::invalid_argument(
        "a .gray file has 8 bits a sample; leave pixel-format out, or name the film .y4m");
  const AVCodec& codec = find_video_encoder(settings.codec);
  const int bits = bit_depth(settings.pixel_format);
  if (takes_bits(codec, bits)) return;
  throw std::invalid_argument("the encoder " + settings.codec + " has no " + std::to_string(bits) +
                              " bits a sample; set pixel-format = yuv420p, or choose one that has "
                              "them: " +
                              join(encoders_that_take(to_libav(settings.pixel_format))));
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
    if (!film.settings.audio_bitrate || film.settings.audio.given()) return;
    throw std::invalid_argument(
        "audio-bitrate is for a film's sound, and this film has no sound; set audio = FILE, or "
        "leave audio-bitrate out");
  }
  check_ac3_bitrate(*film.settings.audio_bitrate);
  check_comment(output.comment);
  const std::string extension = extension_of(output.path);
  if (asked.container.empty() && !extension.empty() && extension != "mpg" && extension != "mpeg" &&
      extension != "vob")
    throw std::invalid_argument(std::string(disc->name) +
                                " makes a program stream; name the film .mpg, not ." + extension);
}

void note_program_stream(ResolvedFilm& film) {
  const FilmSettings& settings = film.settings;
  const AVCodecID codec = find_video_encoder(settings.codec).id;
  if (settings.target != DiscTarget::none || codec == AV_CODEC_ID_MPEG1VIDEO ||
      codec == AV_CODEC_ID_MPEG2VIDEO)
    return;
  for (const char* const muxer : {"mpeg", "vob", "dvd", "svcd", "vcd"})
    if (settings.container == muxer)
      film.notices.push_back(std::string("few players expect ") + avcodec_get_name(codec) +
                             " in an MPEG program stream: for DVD-Video set the target to "
                             "ntsc-dvd or pal-dvd, else name the film .mp4 or .mkv");
}

/// Throws std::invalid_argument where pictures are wanted and the name is not one of pictures.
void refuse_pictures(const FilmSettings& settings, const FilmOutput& output) {
  if (output.still)
    throw std::invalid_argument(
        "one frame makes a still picture, and " +
        (settings.container.empty() || settings.container == "image2"
             ? "'" + output.path + "' has no extension of such (.png, .jpg, .webp, .bmp, .tiff)"
             : "the container " + settings.container + " is for films; leave container out"));
  if (settings.container == "image2")
    throw std::invalid_argument(
        "the container image2 is for pictures: put a number into a name with their extension "
        "(film%05d.png)");
}

/// Chooses the container and checks what it holds.
void settle_container(ResolvedFilm& film, bool of_pictures, const FilmOutput& output) {
  FilmSettings& settings = film.settings;
  if (of_pictures) return;
  refuse_pictures(settings, output);
  const AVOutputFormat& muxer = find_muxer(settings, output.path);
  check_container(settings, output.path, muxer, find_video_encoder(settings.codec));
  settings.container = muxer.name;
}

}  // namespace

ResolvedFilm resolve(const FilmSettings& wanted, const FilmOutput& output) {
  LogCapture log;
  const std::optional<PictureFiles> pictures = picture_files(wanted, output);
  const FilmSettings& asked = pictures ? pictures->settings : wanted;
  check_shape(asked, output);
  check_disc_settings(asked, output.width, output.height);
  check_codec_settings(asked);
  ResolvedFilm film = resolve_encoding(asked);
  check_codec(film);
  check_bit_depth(film.settings, output);
  check_chunks(asked, film);
  check_target(film, asked, output);

  FilmSettings& settings = film.settings;
  settle_container(film, pictures.has_value(), output);
  settle_sound(settings);
  if (pictures && !pictures->notice.empty()) film.notices.push_back(pictures->notice);

  const bool gray_file = extension_of(output.path) == "gray";
  film.width = output.width;
  film.height = output.height;
  choose_pixel_formats(film, gray_file, output.colour);
  film.filtered_pixel_format = choose_filtered_format(settings, gray_file);
  note_program_stream(film);
  if (film.pictures.pixel_format != PixelFormat::gray8 && settings.filter.empty() &&
      !codec_traits(settings.codec).takes_odd_sizes &&
      (output.width % 2 != 0 || output.height % 2 != 0))
    throw std::invalid_argument("the size " + size_text(output.width, output.height) +
                                " is odd; 4:2:0 colour needs an even width and height");
  return film;
}

std::uint64_t filter_memory_bytes(const ResolvedFilm& film, std::int64_t frames) {
  if (film.settings.filter.empty()) return 0;
  const VideoFormat source = source_format(film.settings, film.pictures, film.width, film.height);
  return FilterGraph(film.settings.filter, source, {}).kept_bytes(frames);
}

// libavformat does not tell.
bool carries_comment(const ResolvedFilm& film) {
  if (film.settings.target != DiscTarget::none) return true;
  for (const char* const muxer :
       {"mp4", "mov", "ipod", "f4v", "ismv", "matroska", "webm", "avi", "nut", "flv", "asf"})
    if (film.settings.container == muxer) return true;
  return false;
}

void validate(const FilmSettings& settings, const FilmOutput& output) {
  static_cast<void>(resolve(settings, output));
  if (!picture_files(settings, output))
    return FinishedFile::check_path(output.path, output.overwrite);
  check_picture_paths(output);
}

}  // namespace lifereel
