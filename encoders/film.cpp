// SPDX-License-Identifier: GPL-2.0-or-later
#include "film.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "container.h"
#include "dvd_video.h"
#include "filter_graph.h"
#include "libav.h"
#include "log_capture.h"
#include "picture_frame.h"
#include "silent_ac3.h"
#include "video_encoder.h"

namespace lifereel {
namespace {

/// Frames a filter chain may keep back between two pictures.
constexpr int held_by_filters = 4;
constexpr std::size_t most_warnings = 16;

PixelFormat choose_pixel_format(const FilmSettings& settings, const std::string& path) {
  const AVCodec& codec = find_video_encoder(settings.codec);
  // A chain converts to what the encoder takes.
  if (!settings.filter.empty()) return PixelFormat::yuv420p;
  if (codec.id == AV_CODEC_ID_RAWVIDEO)
    return extension_of(path) == "gray" ? PixelFormat::gray8 : PixelFormat::yuv420p;
  const std::vector<AVPixelFormat> formats = supported_pixel_formats(codec);
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

/// What a filter chain must end in; empty: anything.
std::vector<AVPixelFormat> formats_after_filter(const FilmSettings& settings,
                                                const std::string& path) {
  const AVCodec& codec = find_video_encoder(settings.codec);
  if (settings.target != DiscTarget::none) return {AV_PIX_FMT_YUV420P};
  if (codec.id == AV_CODEC_ID_RAWVIDEO && extension_of(path) == "gray") return {AV_PIX_FMT_GRAY8};
  return supported_pixel_formats(codec);
}

bool takes_odd_sizes(const AVCodec& codec) {
  return codec.id == AV_CODEC_ID_RAWVIDEO || codec.id == AV_CODEC_ID_FFV1;
}

std::string size_text(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

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

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

void validate(const FilmSettings& asked, const FilmOutput& output) {
  LogCapture log;
  check_shape(asked, output);
  check_disc_settings(asked, output.width, output.height);
  check_codec_settings(asked);
  const FilmSettings settings = with_disc_defaults(asked);
  const AVCodec& codec = find_video_encoder(settings.codec);

  if (const DvdVideo* const disc = dvd_video(settings.target)) {
    check_ac3_bitrate(*settings.audio_bitrate);
    check_comment(output.comment);
    const std::string extension = extension_of(output.path);
    if (asked.container.empty() && !extension.empty() && extension != "mpg" &&
        extension != "mpeg" && extension != "vob")
      throw std::invalid_argument(std::string(disc->name) +
                                  " makes a program stream; name the film .mpg, not ." + extension);
  } else if (settings.audio_bitrate) {
    throw std::invalid_argument(
        "audio-bitrate is for the sound of a disc target; this film has no sound");
  }
  check_container(settings, find_muxer(settings, output.path), codec);

  if (choose_pixel_format(settings, output.path) == PixelFormat::yuv420p &&
      settings.filter.empty() && !takes_odd_sizes(codec) &&
      (output.width % 2 != 0 || output.height % 2 != 0))
    throw std::invalid_argument("the size " + size_text(output.width, output.height) +
                                " is odd; 4:2:0 colour needs an even width and height");
  FinishedFile::check_path(output.path, output.overwrite);
}

struct Film::Impl {
  Impl(const FilmSettings& asked, const FilmOutput& where)
      : settings(with_disc_defaults(asked)), output(where) {
    LogCapture log;
    validate(asked, where);
    format = choose_pixel_format(settings, output.path);
    held = lifereel::pictures_held_at_most(settings);
    const VideoFormat source = source_format(settings, format, output.width, output.height);
    if (!settings.filter.empty()) {
      graph.emplace(settings.filter, source, formats_after_filter(settings, output.path));
      held += held_by_filters;
    }
    frame = make_frame();
    container = std::make_unique<Container>(settings, output);
    statistics.container = container->muxer().name;
    statistics.encoder = settings.codec;
    // Behind a chain, the codec is opened for the first frame that comes out of it.
    if (!graph) open(source);
    note_warnings(log);
  }

  void open(const VideoFormat& video) {
    encoder.emplace(settings, video, container->wants_global_header());
    video_stream = container->add_stream(encoder->codec());
    if (settings.target != DiscTarget::none) {
      silence.emplace(*settings.audio_bitrate);
      audio_stream = container->add_stream(silence->codec());
    }
    container->write_header();
    encoder->describe(statistics);
  }

  void write(const Picture& picture) {
    PictureGuard guard(picture);
    if (container == nullptr) throw std::logic_error("a picture came after the film had ended");
    const auto begin = std::chrono::steady_clock::now();
    LogCapture log;
    check_picture(picture, format, output.width, output.height);
    if (last_pts && picture.pts_frames <= *last_pts)
      throw std::runtime_error("picture " + std::to_string(picture.pts_frames) +
                               " came after picture " + std::to_string(*last_pts) +
                               "; their times must increase");
    last_pts = picture.pts_frames;
    ++pictures;
    wrap_picture(picture, guard, *frame);
    // Also when something throws, the frame lets go of the picture before write() returns.
    struct Unref {
      AVFrame* frame;
      ~Unref() { av_frame_unref(frame); }
    } unref{frame.get()};
    if (graph)
      graph->filter(frame.get(), [this](AVFrame& filtered) { encode_filtered(filtered); });
    else
      encode(frame.get());
    encoder_describe();
    note_warnings(log);
    statistics.encode_seconds += seconds_since(begin);
  }

  void encode_filtered(AVFrame& filtered) {
    if (!encoder) {
      const VideoFormat made = graph->output(filtered);
      filter_time_base = made.time_base;
      VideoFormat video = made;
      video.time_base = av_inv_q(made.frame_rate);
      open(video);
    }
    filtered.pts = av_rescale_q(filtered.pts, filter_time_base, encoder->codec().time_base);
    if (last_filtered_pts && filtered.pts <= *last_filtered_pts)
      throw std::runtime_error("the filter chain '" + settings.filter +
                               "' gave two pictures for the same moment; end it with fps=" +
                               rational_text(encoder->codec().framerate));
    last_filtered_pts = filtered.pts;
    filtered.pict_type = AV_PICTURE_TYPE_NONE;
    encode(&filtered);
  }

  void encode(const AVFrame* one) {
    encoder->encode(one, [this](AVPacket& packet) { take(packet); });
  }

  void take(AVPacket& packet) {
    const AVRational time_base = encoder->codec().time_base;
    video_end = std::max(video_end, packet.pts + packet.duration);
    if (settings.target != DiscTarget::none) {
      clear_progressive_sequence(packet);
      if (!comment_written && !output.comment.empty()) insert_comment(packet, output.comment);
      comment_written = true;
    }
    container->write(packet, video_stream, time_base);
    // Sound goes in step, or the muxer's queues grow without bound.
    if (silence)
      while (silence->frames_taken() < SilentAc3::frames_for(video_end, time_base))
        container->write(silence->next(), audio_stream, {1, SilentAc3::sample_rate});
  }

  void finish() {
    if (finished) return;
    if (container == nullptr) throw std::logic_error("the film failed and cannot be finished");
    const auto begin = std::chrono::steady_clock::now();
    LogCapture log;
    if (graph) graph->filter(nullptr, [this](AVFrame& filtered) { encode_filtered(filtered); });
    if (!encoder)
      throw std::runtime_error("the filter chain '" + settings.filter + "' let no picture through");
    encode(nullptr);
    encoder_describe();
    if (statistics.frames == 0) throw std::runtime_error("the film has no pictures");
    if (!graph && statistics.frames != pictures)
      throw std::runtime_error("the encoder " + settings.codec + " made " +
                               std::to_string(statistics.frames) + " frames of " +
                               std::to_string(pictures) +
                               " pictures; an option that drops frames must go");
    statistics.file_bytes = container->finish();
    finished = true;
    close();  // some encoders keep their last picture until then
    note_warnings(log);
    statistics.encode_seconds += seconds_since(begin);
  }

  /// Lets go of every picture and of an unfinished file.
  void close() noexcept {
    graph.reset();
    encoder.reset();
    silence.reset();
    container.reset();
  }

  void encoder_describe() {
    if (encoder) encoder->describe(statistics);
  }

  void note_warnings(const LogCapture& log) {
    for (const LogCapture::Message& message : log.messages())
      if (statistics.warnings.size() < most_warnings &&
          std::find(statistics.warnings.begin(), statistics.warnings.end(), message.text) ==
              statistics.warnings.end())
        statistics.warnings.push_back(message.text);
  }

  FilmSettings settings;  // with disc defaults
  FilmOutput output;
  PixelFormat format = PixelFormat::yuv420p;
  int held = 1;
  UniqueFrame frame;  // its shell is used again for every picture
  // Torn down from the codec to the file.
  std::unique_ptr<Container> container;
  std::optional<SilentAc3> silence;
  std::optional<VideoEncoder> encoder;
  std::optional<FilterGraph> graph;
  int video_stream = 0;
  int audio_stream = 0;
  AVRational filter_time_base{0, 1};
  std::optional<std::int64_t> last_pts, last_filtered_pts;
  std::int64_t pictures = 0;   // taken
  std::int64_t video_end = 0;  // ticks of the codec's time base
  bool comment_written = false;
  bool finished = false;
  FilmStatistics statistics;
};

Film::Film(const FilmSettings& settings, const FilmOutput& output) {
  LogCapture quiet;  // an encoder closed by a failure further on has its say
  impl_ = std::make_unique<Impl>(settings, output);
}

Film::~Film() {
  if (impl_ == nullptr) return;
  try {
    LogCapture quiet;  // encoders that are closed early have their say
    impl_.reset();
  } catch (...) {
    // No scope for the log: closing goes on in the member's own destructor.
  }
}

// A film that has failed is over at once, so that whoever owns the pictures may go first.
void Film::write(const Picture& picture) {
  LogCapture quiet;
  try {
    impl_->write(picture);
  } catch (...) {
    impl_->close();
    throw;
  }
}

void Film::finish() {
  LogCapture quiet;
  try {
    impl_->finish();
  } catch (...) {
    impl_->close();
    throw;
  }
}

PixelFormat Film::pixel_format() const noexcept { return impl_->format; }
int Film::pictures_held_at_most() const noexcept { return impl_->held; }
const FilmStatistics& Film::statistics() const noexcept { return impl_->statistics; }

std::vector<EncoderDescription> available_video_encoders() {
  std::vector<EncoderDescription> encoders;
  void* state = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&state))
    if (av_codec_is_encoder(codec) != 0 && codec->type == AVMEDIA_TYPE_VIDEO &&
        codec->id != AV_CODEC_ID_WRAPPED_AVFRAME)
      encoders.push_back({codec->name, codec->long_name == nullptr ? "" : codec->long_name});
  std::sort(encoders.begin(), encoders.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return encoders;
}

std::vector<std::string> libav_versions() {
  std::vector<std::string> lines = {std::string("FFmpeg ") + av_version_info()};
  const std::pair<const char*, unsigned> libraries[] = {{"libavutil", avutil_version()},
                                                        {"libavcodec", avcodec_version()},
                                                        {"libavformat", avformat_version()},
                                                        {"libavfilter", avfilter_version()}};
  for (const auto& [name, version] : libraries)
    lines.push_back(std::string(name) + " " + std::to_string(AV_VERSION_MAJOR(version)) + "." +
                    std::to_string(AV_VERSION_MINOR(version)) + "." +
                    std::to_string(AV_VERSION_MICRO(version)));
  return lines;
}

}  // namespace lifereel
