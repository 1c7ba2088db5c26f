// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/video_encoder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string_view>

#include "encoders/dvd/dvd_video.h"
#include "encoders/libav/log_capture.h"
#include "encoders/video/chunk_rules.h"
#include "encoders/video/codec_options.h"

namespace lifereel {
namespace {

// More would want a longer ring than is worth having.
constexpr int most_frame_threads = 16;
// What a chunk of MPEG-2 may miss its size by, in seconds of its bit rate. Less costs quality where
// a chunk begins in a hurry; with more, many chunks together come out too large.
constexpr double mpeg2_chunk_tolerance = 0.75;

constexpr std::array<std::string_view, 10> x26x_presets = {
    "ultrafast", "superfast", "veryfast", "faster",   "fast",
    "medium",    "slow",      "slower",   "veryslow", "placebo"};

bool frame_threaded(const AVCodec& codec) {
  return (codec.capabilities & AV_CODEC_CAP_FRAME_THREADS) != 0;
}

/// Threads where none were asked for: the codec's choice, unless its bytes depend on the number (as
/// those of every encoder that only cuts slices do).
int default_threads(const AVCodec& codec) {
  if (codec.id == AV_CODEC_ID_RAWVIDEO) return 1;  // a copy is not worth a thread
  if (frame_threaded(codec)) return std::clamp(av_cpu_count(), 1, most_frame_threads);
  if ((codec.capabilities & AV_CODEC_CAP_SLICE_THREADS) != 0) return 1;
  return 0;
}

/// Rows of a picture that x265 works on at once: each stays two blocks behind the one above, and
/// about half of them wait for something else.
int wavefront_threads(int width, int height) {
  const int columns = (width + 63) / 64, rows = (height + 63) / 64;
  return std::max(1, columns * rows / (columns + 2 * (rows - 1)) / 2);
}

// As libav reads it, whatever the program's locale.
std::string number_text(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

const AVOption* find_option(const AVCodec& codec, const std::string& name) {
  const AVClass* generic = avcodec_get_class();
  const AVClass* own = codec.priv_class;
  for (const AVClass** search : {&own, &generic}) {
    if (*search == nullptr) continue;
    // A libav idiom: a pointer to a class pointer stands for an object of that class.
    const AVOption* option = av_opt_find(search, name.c_str(), nullptr, AV_OPT_FLAG_ENCODING_PARAM,
                                         AV_OPT_SEARCH_FAKE_OBJ);
    if (option != nullptr && option->type != AV_OPT_TYPE_CONST) return option;
  }
  return nullptr;
}

/// "its own are a, b, c", for errors.
std::string own_options(const AVCodec& codec) {
  std::set<std::string> names;
  if (const AVClass* own = codec.priv_class) {
    const AVOption* option = nullptr;
    while ((option = av_opt_next(&own, option)) != nullptr)
      if (option->type != AV_OPT_TYPE_CONST) names.insert(option->name);
  }
  if (names.empty()) return std::string(codec.name) + " has none of its own";
  return std::string("those of ") + codec.name + " are " + join({names.begin(), names.end()});
}

[[noreturn]] void refuse_option(const AVCodec& codec, const std::string& name) {
  throw std::invalid_argument(std::string("the encoder ") + codec.name + " has no option '" + name +
                              "'; " + own_options(codec) + ", besides libavcodec's general ones");
}

/// The codec options in the order they are applied: ours, then the user's. For pictures of a size,
/// or 0x0 to learn their names.
StringPairs option_list(const AVCodec& codec, const FilmSettings& settings, int width, int height) {
  StringPairs options;
  if (settings.target != DiscTarget::none) options = disc_codec_options();
  if (settings.codec_preset) options.emplace_back("preset", *settings.codec_preset);
  if (settings.crf) options.emplace_back("crf", number_text(*settings.crf));
  // Both take a list of parameters of their own, in which the user's come after ours.
  const std::string_view name = codec.name;
  const bool x264 = name == "libx264" || name == "libx264rgb";
  const std::string own_key = x264 ? "x264-params" : name == "libx265" ? "x265-params" : "";
  std::string own;
  if (x264) {
    own = "cpu-independent=1";  // processor_kind.h, Note: [Processors]
    if (settings.chunk_frames > 0) own += ":stitchable=1";
  }
  if (name == "libx265") {
    // It writes to the terminal by itself, and the processor's capabilities into the film.
    own = "log-level=error:info=0";
    // Else its rate control asks how far other threads have come.
    if (settings.maxrate) own += ":const-vbv=1";
    // In a pool of 4 its lookahead searches otherwise than in a smaller one, in 12 again otherwise:
    // left to itself, that is a matter of the machine's processors. Two threads of its own it is.
    if (settings.codec_threads > 0)
      own += ":lookahead-threads=2:pools=" +
             std::to_string(
                 2 + std::clamp(settings.codec_threads * wavefront_threads(width, height), 2, 62));
  }
  for (const auto& [key, value] : settings.codec_options) {
    if (!own_key.empty() && key == own_key)
      own += (own.empty() ? "" : ":") + value;
    else
      options.emplace_back(key, value);
  }
  if (!own.empty()) options.emplace_back(own_key, own);
  return options;
}

/// A context with everything set that needs no dictionary.
UniqueCodecContext make_context(const AVCodec& codec, const FilmSettings& settings) {
  UniqueCodecContext context(check_allocated(avcodec_alloc_context3(&codec)));
  if (settings.bitrate) context->bit_rate = *settings.bitrate;
  if (settings.maxrate) context->rc_max_rate = *settings.maxrate;
  if (settings.bufsize) context->rc_buffer_size = static_cast<int>(*settings.bufsize);
  if (const std::optional<ChunkRate> rate = chunk_rate(settings)) {
    context->rc_max_rate = rate->maxrate;
    context->rc_buffer_size = static_cast<int>(rate->bufsize);
    context->rc_initial_buffer_occupancy = context->rc_buffer_size;
    context->bit_rate = std::min(context->bit_rate, context->rc_max_rate);
  }
  // Its own tolerance lets a chunk go far over what it is meant to take.
  if (codec.id == AV_CODEC_ID_MPEG2VIDEO && settings.chunk_frames > 0 && settings.bitrate)
    context->bit_rate_tolerance =
        static_cast<int>(static_cast<double>(*settings.bitrate) * mpeg2_chunk_tolerance);
  if (settings.gop) context->gop_size = *settings.gop;
  context->thread_count =
      settings.codec_threads > 0 ? settings.codec_threads : default_threads(codec);
  const std::string_view name = codec.name;
  if (settings.target != DiscTarget::none || name == "libx264" || name == "libx265")
    context->flags |= AV_CODEC_FLAG_CLOSED_GOP;
  return context;
}

/// As it will be opened, but not opened. Throws std::invalid_argument for what libav does not take.
UniqueCodecContext configured_context(const AVCodec& codec, const FilmSettings& settings) {
  LogCapture log;
  UniqueCodecContext context = make_context(codec, settings);
  for (const auto& [key, value] : option_list(codec, settings, 0, 0)) {
    if (find_option(codec, key) == nullptr) refuse_option(codec, key);
    const int result =
        av_opt_set(context.get(), key.c_str(), value.c_str(), AV_OPT_SEARCH_CHILDREN);
    if (result < 0)
      throw std::invalid_argument(std::string("the encoder ") + codec.name + " does not take " +
                                  key + "=" + value + ": " + libav_text(result) +
                                  (log.messages().empty() ? "" : " (" + log.summary() + ")"));
  }
  return context;
}

/// Codec option warnings that mean "this was not understood".
void refuse_misread_options(const AVCodec& codec, const LogCapture& log) {
  for (const std::string_view text : {"error parsing option", "bad option", "bad value for",
                                      "unknown option", "invalid value for"})
    if (const LogCapture::Message* message = log.find(text))
      throw std::invalid_argument(std::string("the encoder ") + codec.name +
                                  " does not understand its options: " + message->text);
}

int held_at_most(const AVCodecContext& context) {
  const AVCodec& codec = *context.codec;
  const std::string_view name = codec.name;
  const int threads = context.thread_count > 0 ? context.thread_count : default_threads(codec);
  if (frame_threaded(codec) && threads > 1) return threads + 2;
  // Wrappers of other libraries copy on entry; so do hardware encoders fed from memory, but for
  // one.
  if (name.ends_with("_qsv")) return 8 + context.max_b_frames;
  if (name.starts_with("lib") || name.ends_with("_nvenc")) return 1;
  // libavcodec's own keep the last picture; those that predict keep aligned ones for the next, too,
  // and while B-frames wait for the picture they point to.
  const AVCodecDescriptor* const kind = avcodec_descriptor_get(codec.id);
  if (kind != nullptr && (kind->props & AV_CODEC_PROP_INTRA_ONLY) != 0) return 1;
  return 2 + (context.max_b_frames > 0 ? context.max_b_frames + 1 : 0);
}

/// What muxers are told of the buffer is the film's, not that of one chunk's encoder.
void state_film_buffer(AVCodecContext& codec, const FilmSettings& settings) {
  if (!chunk_rate(settings)) return;
  for (int i = 0; i < codec.nb_coded_side_data; ++i) {
    AVPacketSideData& data = codec.coded_side_data[i];
    if (data.type != AV_PKT_DATA_CPB_PROPERTIES) continue;
    auto* const properties = reinterpret_cast<AVCPBProperties*>(data.data);
    properties->max_bitrate = *settings.maxrate;
    properties->buffer_size = static_cast<int>(*settings.bufsize);
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

}  // namespace

VideoFormat source_format(const FilmSettings& settings, PixelFormat format, int width, int height) {
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
  const ColourDescription colour = picture_format(format, width, height).colour;
  video.pixel_format = format == PixelFormat::gray8 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_YUV420P;
  video.range = colour.range == ColourRange::full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  state_matrix(colour.matrix, video);
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

void check_codec_settings(const FilmSettings& settings) {
  const AVCodec& codec = find_video_encoder(settings.codec);
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
  if (settings.crf && find_option(codec, "crf") == nullptr)
    throw std::invalid_argument(
        "the encoder " + settings.codec +
        " has no crf; give a bitrate, or one of its options: " + own_options(codec));
  if (settings.crf && (!std::isfinite(*settings.crf) || *settings.crf < 0))
    throw std::invalid_argument("crf must be 0 or more, not " + number_text(*settings.crf));
  if (settings.codec_preset && find_option(codec, "preset") == nullptr)
    throw std::invalid_argument("the encoder " + settings.codec + " has no presets; " +
                                own_options(codec));
  // These two complain on the terminal by themselves when they do not know a preset.
  if (settings.codec_preset && (settings.codec == "libx264" || settings.codec == "libx265") &&
      std::find(x26x_presets.begin(), x26x_presets.end(), *settings.codec_preset) ==
          x26x_presets.end())
    throw std::invalid_argument("the encoder " + settings.codec + " has no preset '" +
                                *settings.codec_preset + "'; it has " +
                                join({x26x_presets.begin(), x26x_presets.end()}));
  const FilmSettings complete = with_film_defaults(settings);
  check_codec_options(complete);
  const UniqueCodecContext context = configured_context(codec, complete);
  // How the rate is controlled, and where a group of pictures ends: what joins rest on.
  constexpr int join_flags = AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_PASS1 | AV_CODEC_FLAG_PASS2 |
                             AV_CODEC_FLAG_CLOSED_GOP | AV_CODEC_FLAG_LOW_DELAY;
  if (complete.chunk_frames > 0 &&
      ((context->flags ^ make_context(codec, complete)->flags) & join_flags) != 0)
    throw std::invalid_argument(
        "the codec option flags would break the joins of a film in chunks; leave qscale, pass1, "
        "pass2, cgop and low_delay as they are, or set chunk-frames to 0");
}

int pictures_held_at_most(const FilmSettings& settings) {
  return held_at_most(*configured_context(find_video_encoder(settings.codec), settings));
}

EncoderNeeds encoder_needs(const FilmSettings& asked, int width, int height) {
  const FilmSettings settings = with_film_defaults(asked);
  const AVCodec& codec = find_video_encoder(settings.codec);
  EncoderNeeds needs;
  needs.threads = settings.codec_threads > 0 ? settings.codec_threads : default_threads(codec);
  if (needs.threads == 0) needs.threads = av_cpu_count();
  // As measured; those that look ahead keep many pictures in several sizes.
  const bool looks_ahead = std::string_view(codec.name).starts_with("lib");
  const double bytes_a_pixel = looks_ahead ? 180 + 8 * needs.threads : 32;
  const double pixels = static_cast<double>(width) * height;
  needs.memory_bytes = static_cast<std::uint64_t>(pixels * bytes_a_pixel);
  // Its frame threads share a pool that takes the rows of each picture.
  if (settings.codec == "libx265") needs.threads *= wavefront_threads(width, height);
  // Lossless: a gray picture that did not shrink. By quality: more than was seen.
  const double picture_bytes =
      settings.bitrate
          ? static_cast<double>(*settings.bitrate) / 8 / settings.frames_per_second.value()
          : (codec.id == AV_CODEC_ID_FFV1 ? pixels : pixels / 8);
  needs.chunk_bytes = static_cast<std::uint64_t>(picture_bytes * settings.chunk_frames);
  return needs;
}

VideoEncoder::VideoEncoder(const FilmSettings& settings, const VideoFormat& format,
                           bool global_header)
    : packet_(make_packet()) {
  const AVCodec& codec = find_video_encoder(settings.codec);
  const std::vector<AVPixelFormat> formats = supported_pixel_formats(codec);
  if (!formats.empty() &&
      std::find(formats.begin(), formats.end(), format.pixel_format) == formats.end()) {
    std::vector<std::string> names;
    for (const AVPixelFormat one : formats) names.emplace_back(av_get_pix_fmt_name(one));
    throw std::invalid_argument("the encoder " + settings.codec + " does not take " +
                                av_get_pix_fmt_name(format.pixel_format) +
                                "; convert with --filter format=... to one of " + join(names));
  }

  codec_ = make_context(codec, settings);
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
  // Chroma of gray has no place; MPEG's is what decoders take for granted.
  if (format.pixel_format == AV_PIX_FMT_YUV420P) codec_->chroma_sample_location = AVCHROMA_LOC_LEFT;
  if (global_header) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;

  LogCapture log;
  Dictionary options;
  for (const auto& [key, value] : option_list(codec, settings, format.width, format.height))
    options.set(key, value);
  const int result = avcodec_open2(codec_.get(), &codec, options.address());
  refuse_misread_options(codec, log);
  if (result < 0) throw_libav_error(result, "avcodec_open2 (" + settings.codec + ")");
  for (const auto& [key, value] : options.entries()) refuse_option(codec, key);
  if (const DvdVideo* const disc = dvd_video(settings.target)) check_disc_codec(*disc, *codec_);
  state_film_buffer(*codec_, settings);
}

void VideoEncoder::encode(const AVFrame* frame, const TakePacket& take) {
  check(avcodec_send_frame(codec_.get(), frame), "avcodec_send_frame");
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
