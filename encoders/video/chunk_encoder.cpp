// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/chunk_encoder.h"

#include <stdexcept>

#include "encoders/libav/picture_frame.h"
#include "encoders/video/codec_context.h"

namespace lifereel {
namespace {

/// Frames a filter chain may keep back between two pictures.
constexpr int held_by_filters = 4;

/// What a filter chain must end in; empty: anything.
std::vector<AVPixelFormat> formats_after_filter(const ResolvedFilm& film) {
  if (film.filtered_pixel_format)
    return {*film.filtered_pixel_format == PixelFormat::gray8 ? AV_PIX_FMT_GRAY8
                                                              : AV_PIX_FMT_YUV420P};
  return supported_pixel_formats(find_video_encoder(film.settings.codec));
}

}  // namespace

ChunkEncoder::ChunkEncoder(const ResolvedFilm& film, bool global_header)
    : film_(film),
      global_header_(global_header),
      held_(lifereel::pictures_held_at_most(film)),
      frame_(make_frame()) {
  const VideoFormat source = source_format(film.settings, film.pictures, film.width, film.height);
  if (film.settings.filter.empty()) {
    encoder_.emplace(film, source, global_header);
  } else {
    graph_.emplace(film.settings.filter, source, formats_after_filter(film));
    held_ += held_by_filters;
  }
}

void ChunkEncoder::write(const Picture& picture, const TakePacket& take) {
  PictureGuard guard(picture);
  check_picture(picture, film_.pictures.pixel_format, film_.width, film_.height);
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
    throw std::runtime_error("the filter chain '" + film_.settings.filter +
                             "' let no picture through");
  encode(nullptr, take);
  if (packets_ == 0) throw std::runtime_error("the film has no pictures");
  if (!graph_ && packets_ != pictures_)
    throw std::runtime_error("the encoder " + film_.settings.codec + " made " +
                             std::to_string(packets_) + " frames of " + std::to_string(pictures_) +
                             " pictures; an option that drops frames must go");
}

void ChunkEncoder::encode_filtered(AVFrame& filtered, const TakePacket& take) {
  if (!encoder_) {
    const VideoFormat made = graph_->output(filtered);
    filter_time_base_ = made.time_base;
    VideoFormat video = made;
    video.time_base = av_inv_q(made.frame_rate);
    encoder_.emplace(film_, video, global_header_);
  }
  filtered.pts = av_rescale_q(filtered.pts, filter_time_base_, encoder_->codec().time_base);
  if (last_filtered_pts_ && filtered.pts <= *last_filtered_pts_)
    throw std::runtime_error("the filter chain '" + film_.settings.filter +
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
