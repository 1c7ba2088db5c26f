// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/chunk_encoder.h"

#include <algorithm>
#include <stdexcept>

#include "encoders/film/container.h"
#include "encoders/libav/picture_frame.h"

namespace lifereel {
namespace {

/// Frames a filter chain may keep back between two pictures.
constexpr int held_by_filters = 4;

/// What a filter chain must end in; empty: anything.
std::vector<AVPixelFormat> formats_after_filter(const FilmSettings& settings,
                                                const std::string& path) {
  const AVCodec& codec = find_video_encoder(settings.codec);
  if (settings.target != DiscTarget::none) return {AV_PIX_FMT_YUV420P};
  if (codec.id == AV_CODEC_ID_RAWVIDEO && extension_of(path) == "gray") return {AV_PIX_FMT_GRAY8};
  return supported_pixel_formats(codec);
}

}  // namespace

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

ChunkEncoder::ChunkEncoder(const FilmSettings& settings, const FilmOutput& output,
                           bool global_header)
    : settings_(settings),
      width_(output.width),
      height_(output.height),
      format_(choose_pixel_format(settings, output.path)),
      global_header_(global_header),
      held_(lifereel::pictures_held_at_most(settings)),
      frame_(make_frame()) {
  const VideoFormat source = source_format(settings, format_, width_, height_);
  if (settings.filter.empty()) {
    encoder_.emplace(settings, source, global_header);
  } else {
    graph_.emplace(settings.filter, source, formats_after_filter(settings, output.path));
    held_ += held_by_filters;
  }
}

void ChunkEncoder::write(const Picture& picture, const TakePacket& take) {
  PictureGuard guard(picture);
  check_picture(picture, format_, width_, height_);
  if (last_pts_ && picture.pts_frames <= *last_pts_)
    throw std::runtime_error("picture " + std::to_string(picture.pts_frames) +
                             " came after picture " + std::to_string(*last_pts_) +
                             "; their times must increase");
  last_pts_ = picture.pts_frames;
  ++pictures_;
  wrap_picture(picture, guard, *frame_);
  // Also when something throws, the frame lets go of the picture before write() returns.
  struct Unref {
    AVFrame* frame;
    ~Unref() { av_frame_unref(frame); }
  } unref{frame_.get()};
  if (graph_)
    graph_->filter(frame_.get(), [&](AVFrame& filtered) { encode_filtered(filtered, take); });
  else
    encode(frame_.get(), take);
}

void ChunkEncoder::finish(const TakePacket& take) {
  if (graph_) graph_->filter(nullptr, [&](AVFrame& filtered) { encode_filtered(filtered, take); });
  if (!encoder_)
    throw std::runtime_error("the filter chain '" + settings_.filter + "' let no picture through");
  encode(nullptr, take);
  if (packets_ == 0) throw std::runtime_error("the film has no pictures");
  if (!graph_ && packets_ != pictures_)
    throw std::runtime_error("the encoder " + settings_.codec + " made " +
                             std::to_string(packets_) + " frames of " + std::to_string(pictures_) +
                             " pictures; an option that drops frames must go");
}

void ChunkEncoder::encode_filtered(AVFrame& filtered, const TakePacket& take) {
  if (!encoder_) {
    const VideoFormat made = graph_->output(filtered);
    filter_time_base_ = made.time_base;
    VideoFormat video = made;
    video.time_base = av_inv_q(made.frame_rate);
    encoder_.emplace(settings_, video, global_header_);
  }
  filtered.pts = av_rescale_q(filtered.pts, filter_time_base_, encoder_->codec().time_base);
  if (last_filtered_pts_ && filtered.pts <= *last_filtered_pts_)
    throw std::runtime_error("the filter chain '" + settings_.filter +
                             "' gave two pictures for the same moment; end it with fps=" +
                             rational_text(encoder_->codec().framerate));
  last_filtered_pts_ = filtered.pts;
  filtered.pict_type = AV_PICTURE_TYPE_NONE;
  encode(&filtered, take);
}

void ChunkEncoder::encode(const AVFrame* frame, const TakePacket& take) {
  encoder_->encode(frame, [&](AVPacket& packet) {
    ++packets_;
    take(packet, encoder_->codec());
  });
}

}  // namespace lifereel
