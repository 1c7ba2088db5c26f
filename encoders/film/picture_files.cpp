// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/picture_files.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "encoders/film/container.h"
#include "encoders/finished_file.h"
#include "encoders/libav/libav.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {
namespace {

constexpr int most_digits = 18;

/// A file's name around the number of its picture.
struct NumberedName {
  std::string before, after;
  int digits = 0;  // at least
};

/// Nothing where the name has no place for a number, or several.
std::optional<NumberedName> numbered_name(std::string_view name) {
  NumberedName result;
  bool found = false;
  while (!name.empty()) {
    std::string& part = found ? result.after : result.before;
    if (name[0] != '%') {
      part += name[0];
      name.remove_prefix(1);
      continue;
    }
    std::size_t at = 1;
    int digits = 0;
    for (; at < name.size() && std::isdigit(static_cast<unsigned char>(name[at])) != 0; ++at)
      digits = std::min(10 * digits + (name[at] - '0'), most_digits + 1);
    if (at == name.size()) return std::nullopt;
    if (at == 1 && name[at] == '%') {
      part += '%';
    } else if (name[at] == 'd' && !found && digits <= most_digits) {
      found = true;
      result.digits = digits;
    } else {
      return std::nullopt;
    }
    name.remove_prefix(at + 1);
  }
  return found ? std::optional(result) : std::nullopt;
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

/// libavformat's muxer of pictures knows extensions that stand for no format it would write as it
/// is: these want a container around each picture.
bool wants_container(AVCodecID codec) {
  return codec == AV_CODEC_ID_GIF || codec == AV_CODEC_ID_FITS || codec == AV_CODEC_ID_AV1;
}

/// AV_CODEC_ID_NONE for an extension that is none of pictures.
AVCodecID codec_of_pictures(const std::string& path) {
  const std::string extension = extension_of(path);
  if (extension.empty() || is_own_extension(extension)) return AV_CODEC_ID_NONE;
  // Asked for one picture, libavformat takes whatever it does not know for a JPEG.
  const std::string sequence = "picture%d." + extension;
  const AVOutputFormat* const muxer = av_guess_format(nullptr, sequence.c_str(), nullptr);
  if (muxer == nullptr || std::string_view(muxer->name) != "image2") return AV_CODEC_ID_NONE;
  const AVCodecID codec =
      av_guess_codec(muxer, nullptr, sequence.c_str(), nullptr, AVMEDIA_TYPE_VIDEO);
  return wants_container(codec) ? AV_CODEC_ID_NONE : codec;
}

bool is_encoder_of_pictures(const AVCodec& codec) {
  const AVCodecDescriptor* const format = avcodec_descriptor_get(codec.id);
  return format != nullptr && format->mime_types != nullptr &&
         std::string_view(format->mime_types[0]).starts_with("image/") &&
         !wants_container(codec.id);
}

AVCodecID wanted_codec(const FilmSettings& settings, const FilmOutput& output) {
  const AVCodec* const named = avcodec_find_encoder_by_name(settings.codec.c_str());
  if (output.still && output.path == "-")
    return named != nullptr && is_encoder_of_pictures(*named) ? named->id : AV_CODEC_ID_PNG;
  if (!output.still && !has_picture_number(output.path)) return AV_CODEC_ID_NONE;
  return codec_of_pictures(output.path);
}

const AVCodec& encoder_of(AVCodecID codec) {
  const AVCodec* encoder = avcodec_find_encoder(codec);
  // The first that libavcodec finds makes one animation of all pictures.
  if (codec == AV_CODEC_ID_WEBP) encoder = avcodec_find_encoder_by_name("libwebp");
  if (encoder == nullptr)
    throw std::invalid_argument(std::string("this FFmpeg has no encoder for pictures in ") +
                                avcodec_get_name(codec) + "; name them .png, .jpg or .bmp");
  return *encoder;
}

template <class Value>
void leave_out(const char* key, Value& value, PictureFiles& pictures) {
  if (value == Value()) return;
  value = Value();
  pictures.notice +=
      (pictures.notice.empty() ? "pictures have no use for these settings of a film: " : ", ") +
      std::string(key);
}

/// What is a matter of whole films.
void leave_out_film_settings(PictureFiles& pictures) {
  FilmSettings& settings = pictures.settings;
  leave_out("target", settings.target, pictures);
  leave_out("bitrate", settings.bitrate, pictures);
  leave_out("maxrate", settings.maxrate, pictures);
  leave_out("bufsize", settings.bufsize, pictures);
  leave_out("audio", settings.audio, pictures);
  leave_out("audio-bitrate", settings.audio_bitrate, pictures);
  leave_out("gop", settings.gop, pictures);
  leave_out("faststart", settings.faststart, pictures);
  settings.chunk_frames = 0;  // each is a file as soon as it is made
}

}  // namespace

bool has_picture_number(const std::string& path) {
  return numbered_name(file_name(path)).has_value();
}

bool has_picture_extension(const std::string& path) {
  return codec_of_pictures(path) != AV_CODEC_ID_NONE;
}

std::string picture_path(const std::string& path, std::int64_t number) {
  const std::string file = file_name(path);
  const std::optional<NumberedName> name = numbered_name(file);
  if (!name) return path;
  std::string digits = std::to_string(number);
  if (digits.size() < static_cast<std::size_t>(name->digits))
    digits.insert(0, static_cast<std::size_t>(name->digits) - digits.size(), '0');
  return path.substr(0, path.size() - file.size()) + name->before + digits + name->after;
}

void check_picture_paths(const FilmOutput& output) {
  const std::int64_t end = output.first_picture + std::max(output.frames, std::int64_t{1});
  FinishedFile::check_path(picture_path(output.path, end - 1), output.overwrite);
  if (output.overwrite || !has_picture_number(output.path)) return;
  std::error_code ignored;
  for (std::int64_t number = output.first_picture; number < end; ++number) {
    const std::string path = picture_path(output.path, number);
    if (std::filesystem::exists(path, ignored)) FinishedFile::check_path(path, false);
  }
}

std::optional<PictureFiles> picture_files(const FilmSettings& settings, const FilmOutput& output) {
  if (!settings.container.empty() && settings.container != "image2") return std::nullopt;
  const AVCodecID codec = wanted_codec(settings, output);
  if (codec == AV_CODEC_ID_NONE) return std::nullopt;
  PictureFiles pictures{settings, {}};
  leave_out_film_settings(pictures);
  FilmSettings& made = pictures.settings;
  made.container = "image2";
  const AVCodec* const named = avcodec_find_encoder_by_name(settings.codec.c_str());
  if (named == nullptr || named->id != codec) {
    made.codec = encoder_of(codec).name;
    leave_out("codec-preset", made.codec_preset, pictures);
    leave_out("crf", made.crf, pictures);
    leave_out("codec-option", made.codec_options, pictures);
  }
  if (!takes_bits(find_video_encoder(made.codec), bit_depth(made.pixel_format))) {
    leave_out("pixel-format", made.pixel_format, pictures);
    made.pixel_format = FilmSettings().pixel_format;
  }
  // libavcodec's own default is a bitrate, which makes the first pictures the worst.
  if (codec == AV_CODEC_ID_MJPEG && made.codec_options.empty())
    made.codec_options = {{"flags", "+qscale"}, {"global_quality", "236"}};
  return pictures;
}

}  // namespace lifereel
