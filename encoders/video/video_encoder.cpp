// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/video_encoder.h"

#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string_view>

#include "encoders/dvd/dvd_video.h"
#include "encoders/libav/log_capture.h"
#include "encoders/libav/picture_frame.h"
#include "encoders/text/quantity_text.h"
#include "encoders/video/codec_context.h"
#include "encoders/video/codec_traits.h"

namespace lifereel {
namespace {

std::vector<AVPixelFormat> all_pixel_formats(const AVCodec& codec) {
  std::vector<AVPixelFormat> formats;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void* list = nullptr;
  int count = 0;
  check(avcodec_get_supported_config(nullptr, &codec, AV_CODEC_CONFIG_PIX_FORMAT, 0, &list, &count),
        "avcodec_get_supported_config");
  if (list != nullptr) {
    const auto* const begin = static_cast<const AVPixelFormat*>(list);
    formats.assign(begin, begin + count);
  }
#else
  for (const AVPixelFormat* format = codec.pix_fmts;
       format != nullptr && *format != AV_PIX_FMT_NONE; ++format)
    formats.push_back(*format);
#endif
  return formats;
}

bool in_device_memory(AVPixelFormat format) {
  return (av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_HWACCEL) != 0;
}

bool is_limited_yuv(AVPixelFormat format) {
  const AVPixFmtDescriptor& kind = *av_pix_fmt_desc_get(format);
  return (kind.flags & AV_PIX_FMT_FLAG_RGB) == 0 && kind.nb_components >= 3 &&
         !std::string_view(kind.name).starts_with("yuvj");
}

bool needs_device(const AVCodec& codec) {
  return (codec.capabilities & (AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_HYBRID)) != 0 ||
         std::string_view(codec.name).ends_with("_omx");
}

/// "; libx264 makes the same codec without one", or nothing where this FFmpeg has none.
std::string software_encoder(const AVCodec& codec) {
  void* state = nullptr;
  while (const AVCodec* other = av_codec_iterate(&state))
    if (av_codec_is_encoder(other) != 0 && other->id == codec.id && !needs_device(*other) &&
        (other->capabilities & AV_CODEC_CAP_EXPERIMENTAL) == 0)
      return std::string("; ") + other->name + " makes " + avcodec_get_name(codec.id) +
             " without one";
  return {};
}

/// Why avcodec_open2() failed, and what to do about it.
[[noreturn]] void refuse_to_open(const AVCodec& codec, const VideoFormat& format, int result,
                                 const LogCapture& log) {
  const std::string said =
      libav_text(result) + (log.messages().empty() ? "" : " (" + log.summary() + ")");
  if (needs_device(codec))
    throw std::runtime_error(std::string("the encoder ") + codec.name +
                             " found no device that it can use: " + said + software_encoder(codec));
  if ((codec.capabilities & AV_CODEC_CAP_EXPERIMENTAL) != 0 && result == AVERROR_EXPERIMENTAL)
    throw std::runtime_error(std::string("the encoder ") + codec.name +
                             " is experimental; the codec option strict=experimental allows it");
  rlimit memory{};
  if ((result == AVERROR_EXTERNAL || result == AVERROR(ENOMEM)) &&
      getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur != RLIM_INFINITY)
    throw std::runtime_error(std::string("the encoder ") + codec.name +
                             " cannot be opened, most likely for lack of memory, of which this "
                             "process may use " +
                             std::to_string(memory.rlim_cur >> 20) +
                             " MiB: raise the limit (ulimit -v), or make pictures smaller or "
                             "codec-threads fewer");
  throw std::runtime_error(
      std::string("the encoder ") + codec.name + " does not take pictures of " +
      size_text(format.width, format.height) + " in " + av_get_pix_fmt_name(format.pixel_format) +
      ", " + rational_text(format.frame_rate) + " a second, with these settings: " + said);
}

/// Codec option warnings that mean "this was not understood".
void refuse_misread_options(const AVCodec& codec, const LogCapture& log) {
  for (const std::string_view text : {"error parsing option", "bad option", "bad value for",
                                      "unknown option", "invalid value for"})
    if (const LogCapture::Message* message = log.find(text))
      throw std::invalid_argument(std::string("the encoder ") + codec.name +
                                  " does not understand its options: " + message->text);
}

/// What muxers are told of the buffer is the film's, not that of one chunk's encoder.
void state_film_buffer(AVCodecContext& codec, const ResolvedFilm& film) {
  if (!film.chunk_rate) return;
  for (int i = 0; i < codec.nb_coded_side_data; ++i) {
    AVPacketSideData& data = codec.coded_side_data[i];
    if (data.type != AV_PKT_DATA_CPB_PROPERTIES) continue;
    auto* const properties = reinterpret_cast<AVCPBProperties*>(data.data);
    properties->max_bitrate = *film.settings.maxrate;
    properties->buffer_size = static_cast<int>(*film.settings.bufsize);
  }
}

/// With the primaries and the curve that belong to it.
void state_matrix(ColourMatrix matrix, VideoFormat& video) {
  switch (matrix) {
    case ColourMatrix::none:
      break;
    case ColourMatrix::bt709:
      video.matrix = AVCOL_SPC_BT709;
      video.primaries = AVCOL_PRI_BT709;
      video.transfer = AVCOL_TRC_BT709;
      break;
    case ColourMatrix::bt470bg:
      video.matrix = AVCOL_SPC_BT470BG;
      video.primaries = AVCOL_PRI_BT470BG;
      video.transfer = AVCOL_TRC_SMPTE170M;  // BT.601 has one curve for both line counts
      break;
    case ColourMatrix::smpte170m:
      video.matrix = AVCOL_SPC_SMPTE170M;
      video.primaries = AVCOL_PRI_SMPTE170M;
      video.transfer = AVCOL_TRC_SMPTE170M;
      break;
  }
}

/// Whether the video itself says that its pictures are progressive; of the others containers do.
bool states_field_order(AVCodecID codec) {
  return codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_MPEG1VIDEO ||
         codec == AV_CODEC_ID_MPEG2VIDEO;
}

}  // namespace

VideoFormat source_format(const FilmSettings& settings, const PictureFormat& pictures, int width,
                          int height) {
  VideoFormat video;
  const Rational rate = settings.frames_per_second;
  video.width = width;
  video.height = height;
  video.time_base = {rate.den, rate.num};
  video.frame_rate = {rate.num, rate.den};
  if (settings.aspect)
    av_reduce(&video.sample_aspect.num, &video.sample_aspect.den,
              std::int64_t{settings.aspect->num} * height,
              std::int64_t{settings.aspect->den} * width, 1 << 20);
  video.pixel_format = to_libav(pictures.pixel_format);
  video.range = pictures.colour.range == ColourRange::full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  state_matrix(pictures.colour.matrix, video);
  return video;
}

const AVCodec& find_video_encoder(const std::string& name) {
  const AVCodec* const codec = avcodec_find_encoder_by_name(name.c_str());
  if (codec != nullptr && codec->type == AVMEDIA_TYPE_VIDEO &&
      codec->id != AV_CODEC_ID_WRAPPED_AVFRAME)
    return *codec;
  std::vector<std::string> names;
  for (const EncoderDescription& encoder : available_video_encoders())
    names.push_back(encoder.name);
  throw std::invalid_argument("this FFmpeg has no video encoder '" + name + "'; it has " +
                              join(names));
}

std::vector<AVPixelFormat> supported_pixel_formats(const AVCodec& codec) {
  std::vector<AVPixelFormat> formats = all_pixel_formats(codec);
  std::erase_if(formats, in_device_memory);
  if (codec_traits(codec.name).full_range) std::erase_if(formats, is_limited_yuv);
  return formats;
}

std::vector<AVPixelFormat> formats_with_bits(const AVCodec& codec, int bits) {
  std::vector<AVPixelFormat> formats = supported_pixel_formats(codec);
  if (bits == 8) return formats;
  const auto depth = [](AVPixelFormat format) {
    return av_pix_fmt_desc_get(format)->comp[0].depth;
  };
  std::erase_if(formats, [&](AVPixelFormat format) { return depth(format) < bits; });
  const bool exact = std::any_of(formats.begin(), formats.end(),
                                 [&](AVPixelFormat format) { return depth(format) == bits; });
  if (exact) std::erase_if(formats, [&](AVPixelFormat format) { return depth(format) > bits; });
  return formats;
}

bool takes_bits(const AVCodec& codec, int bits) {
  return supported_pixel_formats(codec).empty() || !formats_with_bits(codec, bits).empty();
}

std::vector<std::string> encoders_that_take(AVPixelFormat format) {
  std::vector<std::string> names;
  void* state = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&state)) {
    if (av_codec_is_encoder(codec) == 0 || codec->type != AVMEDIA_TYPE_VIDEO ||
        needs_device(*codec) || (codec->capabilities & AV_CODEC_CAP_EXPERIMENTAL) != 0)
      continue;
    const std::vector<AVPixelFormat> formats = all_pixel_formats(*codec);
    if (std::find(formats.begin(), formats.end(), format) != formats.end())
      names.emplace_back(codec->name);
  }
  return names;
}

void refuse_device_memory(const AVCodec& codec) {
  const std::vector<AVPixelFormat> formats = all_pixel_formats(codec);
  if (formats.empty() || !std::all_of(formats.begin(), formats.end(), in_device_memory)) return;
  throw std::invalid_argument(
      std::string("the encoder ") + codec.name + " takes pictures in the memory of a device (" +
      av_get_pix_fmt_name(formats.front()) + "), which is not supported" + software_encoder(codec));
}

void CloseEncoder::operator()(AVCodecContext* codec) const noexcept {
  const bool ends_first =
      avcodec_is_open(codec) != 0 && codec_traits(codec->codec->name).closes_after_end_alone;
  try {
    if (ends_first && !fed)
      avcodec_send_frame(codec, blank_frame(codec->pix_fmt, codec->width, codec->height).get());
    if (ends_first && !ended) avcodec_send_frame(codec, nullptr);
  } catch (...) {
    // No memory for the blank picture: it closes as it can.
  }
  avcodec_free_context(&codec);
}

VideoEncoder::VideoEncoder(const ResolvedFilm& film, const VideoFormat& format, bool global_header)
    : packet_(make_packet()) {
  const AVCodec& codec = find_video_encoder(film.settings.codec);
  codec_.reset(make_codec_context(film).release());
  codec_->pix_fmt = format.pixel_format;
  codec_->width = format.width;
  codec_->height = format.height;
  codec_->time_base = format.time_base;
  codec_->framerate = format.frame_rate;
  codec_->sample_aspect_ratio = format.sample_aspect;
  codec_->color_range = format.range;
  codec_->colorspace = format.matrix;
  codec_->color_primaries = format.primaries;
  codec_->color_trc = format.transfer;
  if (!states_field_order(codec.id)) codec_->field_order = format.field_order;
  // Chroma of gray has no place; MPEG's is what decoders take for granted.
  if (format.pixel_format == AV_PIX_FMT_YUV420P || format.pixel_format == AV_PIX_FMT_YUV420P10)
    codec_->chroma_sample_location = AVCHROMA_LOC_LEFT;
  if (global_header) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;

  // The library behind it knows no other way; the user's own choice stays.
  const char* const log_variable = codec_traits(codec.name).log_variable;
  if (log_variable != nullptr) setenv(log_variable, "1", 0);

  LogCapture log;
  Dictionary options;
  for (const auto& [key, value] : codec_options(film, format.width, format.height))
    options.set(key, value);
  const int result = avcodec_open2(codec_.get(), &codec, options.address());
  refuse_misread_options(codec, log);
  if (result < 0) refuse_to_open(codec, format, result, log);
  for (const auto& [key, value] : options.entries()) refuse_codec_option(codec, key);
  if (const DvdVideo* const disc = dvd_video(film.settings.target))
    check_disc_codec(*disc, *codec_);
  state_film_buffer(*codec_, film);
}

void VideoEncoder::encode(const AVFrame* frame, const TakePacket& take) {
  check(avcodec_send_frame(codec_.get(), frame), "avcodec_send_frame");
  (frame != nullptr ? codec_.get_deleter().fed : codec_.get_deleter().ended) = true;
  // Drained after every frame, so that nothing waits inside the codec context.
  for (;;) {
    const int result = avcodec_receive_packet(codec_.get(), packet_.get());
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
    check(result, "avcodec_receive_packet");
    if (packet_->duration <= 0)
      packet_->duration = av_rescale_q(1, av_inv_q(codec_->framerate), codec_->time_base);
    take(*packet_);
    av_packet_unref(packet_.get());
  }
}

}  // namespace lifereel
