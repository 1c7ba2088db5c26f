// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/chunk_encoder.h"

#include <stdexcept>

#include "encoders/libav/picture_frame.h"
#include "encoders/text/quantity_text.h"
#include "encoders/video/codec_context.h"
#include "encoders/video/codec_traits.h"

namespace lifereel {
namespace {

/// What a filter chain must end in; empty: anything.
std::vector<AVPixelFormat> formats_after_filter(const ResolvedFilm& film) {
  if (film.filtered_pixel_format) return {to_libav(*film.filtered_pixel_format)};
  return formats_with_bits(find_video_encoder(film.settings.codec),
                           bit_depth(film.settings.pixel_format));
}

std::string chain_of(const ResolvedFilm& film) {
  if (film.converted_pixel_format.empty()) return film.settings.filter;
  // JFIF knows one matrix and one range; RGB has neither.
  if (film.converted_pixel_format.starts_with("yuvj"))
    return "scale=out_color_matrix=bt601:out_range=pc,format=" + film.converted_pixel_format;
  return "format=" + film.converted_pixel_format;
}

/// Some of libavcodec's own look at size and format of pictures no sooner than they come.
bool checks_pictures_late(const std::string& codec) {
  return codec_origin(codec) == CodecOrigin::libavcodec && !codec_traits(codec).joins;
}

/// Opens an encoder, and encodes a picture where only that tells, to refuse a film before its
/// first.
void try_encoder(const ResolvedFilm& film, const VideoFormat& format, bool global_header,
                 const ChunkEncoder::LookAtTrial& look) {
  VideoEncoder trial(film, format, global_header);
  if (look) look(trial.codec());
  if (!checks_pictures_late(film.settings.codec)) return;
  const UniqueFrame frame = blank_frame(format.pixel_format, format.width, format.height);
  try {
    trial.encode(frame.get(), [](AVPacket&) {});
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("the encoder " + film.settings.codec +
                             " does not encode pictures of " +
                             size_text(format.width, format.height) + " in " +
                             av_get_pix_fmt_name(format.pixel_format) + ": " + error.what());
  }
}

}  // namespace

ChunkEncoder::ChunkEncoder(const ResolvedFilm& film, bool global_header, const LookAtTrial& look)
    : film_(film),
      global_header_(global_header),
      held_(lifereel::pictures_held_at_most(film)),
      frame_(make_frame()) {
  VideoFormat format = source_format(film.settings, film.pictures, film.width, film.height);
  chain_ = chain_of(film);
  if (!chain_.empty()) {
    graph_.emplace(chain_, format, formats_after_filter(film));
    held_ = 1;  // the chain has copies
    format = graph_->output();
    filter_time_base_ = format.time_base;
    format.time_base = av_inv_q(format.frame_rate);
  }
  const bool filtered = !film.settings.filter.empty();
  if (filtered || checks_pictures_late(film.settings.codec))
    try_encoder(film, format, global_header, look);
  // Colours of a filter chain's frames come with the first, and with them the encoder.
  if (!filtered) encoder_.emplace(film, format, global_header);
}

void ChunkEncoder::write(const Picture& picture, const TakePacket& take) {
  PictureGuard guard(picture);
  check_picture(picture, film_.pictures.pixel_format, film_.width, film_.height);
  if (last_pts_ && picture.pts_frames <= *last_pts_)
    throw std::runtime_error("picture " + std::to_string(picture.pts_frames) +
                             " came after picture " + std::to_string(*last_pts_) +
                             "; their times must increase");
  last_pts_ = picture.pts_frames;
  wrap_picture(picture, guard, *frame_);
  // Also when something throws, the frame lets go of the picture before write() returns.
  struct Unref {
    AVFrame* frame;
    ~Unref() { av_frame_unref(frame); }
  } unref{frame_.get()};
  if (graph_)
    graph_->filter(*frame_, [&](AVFrame& filtered) { encode_filtered(filtered, take); });
  else
    encode(frame_.get(), take);
}

void ChunkEncoder::finish(const TakePacket& take) {
  if (graph_) graph_->finish([&](AVFrame& filtered) { encode_filtered(filtered, take); });
  if (!encoder_)
    throw std::runtime_error("the filter chain '" + chain_ + "' let no picture through");
  encode(nullptr, take);
  if (packets_ == 0) throw std::runtime_error("the film has no pictures");
  const std::int64_t made = one_packet() ? packets_ * frames_ : packets_;
  if (made != frames_)
    throw std::runtime_error("the encoder " + film_.settings.codec + " made " +
                             std::to_string(made) + " frames of " + std::to_string(frames_) +
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
    throw std::runtime_error("the filter chain '" + chain_ +
                             "' gave two pictures for the same moment; end it with fps=" +
                             rational_text(encoder_->codec().framerate));
  last_filtered_pts_ = filtered.pts;
  filtered.pict_type = AV_PICTURE_TYPE_NONE;
  encode(&filtered, take);
}

void ChunkEncoder::encode(const AVFrame* frame, const TakePacket& take) {
  if (frame != nullptr && frames_++ == 0) first_pts_ = frame->pts;
  encoder_->encode(frame, [&](AVPacket& packet) {
    ++packets_;
    if (one_packet()) {
      packet.pts = packet.dts = first_pts_;
      packet.duration = frames_;
    }
    take(packet, encoder_->codec());
  });
}

bool ChunkEncoder::one_packet() const noexcept {
  return codec_traits(film_.settings.codec).one_packet;
}

}  // namespace lifereel
