// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film_reader.h"

#include <algorithm>
#include <stdexcept>

#include "encoders/dvd/dvd_video.h"
#include "encoders/finished_file.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/read/film_input.h"

namespace lifereel {
namespace {

/// The first sequence's headers come with the first picture; more would be another film's.
constexpr int packets_with_comment = 8;

}  // namespace

std::string read_film_comment(const std::string& path) {
  const FilmInput film = open_film(path);
  LogCapture log;
  const AVDictionaryEntry* const entry = av_dict_get(film.input->metadata, "comment", nullptr, 0);
  if (entry != nullptr) return entry->value;
  if (film.video->codecpar->codec_id != AV_CODEC_ID_MPEG2VIDEO) return {};
  const UniquePacket packet = make_packet();
  for (int seen = 0; seen < packets_with_comment;) {
    const int result = av_read_frame(film.input.get(), packet.get());
    if (result == AVERROR_EOF) return {};
    check(result, "av_read_frame");
    if (packet->stream_index == film.video->index) {
      ++seen;
      std::string comment = find_comment(packet->data, static_cast<std::size_t>(packet->size));
      if (!comment.empty()) return comment;
    }
    av_packet_unref(packet.get());
  }
  return {};
}

struct FilmReader::Impl {
  explicit Impl(const std::string& path)
      : film(open_film(path)), packet(make_packet()), frame(make_frame()) {
    LogCapture log;
    const AVCodecParameters& parameters = *film.video->codecpar;
    const AVCodec* const codec = avcodec_find_decoder(parameters.codec_id);
    if (codec == nullptr)
      throw std::runtime_error(std::string("this FFmpeg has no decoder for ") +
                               avcodec_get_name(parameters.codec_id));
    decoder.reset(check_allocated(avcodec_alloc_context3(codec)));
    check(avcodec_parameters_to_context(decoder.get(), &parameters),
          "avcodec_parameters_to_context");
    decoder->pkt_timebase = film.video->time_base;
    // Damage is an error, not something to paint over; one thread, so that it is told here.
    decoder->err_recognition = AV_EF_EXPLODE | AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER;
    decoder->thread_count = 1;
    check(avcodec_open2(decoder.get(), codec, nullptr), "avcodec_open2 (decoder)");
  }

  /// The next frame into `frame`; false at the end.
  bool decode() {
    for (;;) {
      const int received = avcodec_receive_frame(decoder.get(), frame.get());
      if (received >= 0) return true;
      if (received == AVERROR_EOF) return false;
      if (received != AVERROR(EAGAIN)) throw_libav_error(received, "avcodec_receive_frame");
      send();
    }
  }

  void send() {
    for (;;) {
      av_packet_unref(packet.get());
      const int read = av_read_frame(film.input.get(), packet.get());
      if (read == AVERROR_EOF) {
        check(avcodec_send_packet(decoder.get(), nullptr), "avcodec_send_packet");
        return;
      }
      check(read, "av_read_frame");
      if (packet->stream_index != film.video->index) continue;
      if ((packet->flags & AV_PKT_FLAG_CORRUPT) != 0)
        throw std::runtime_error("the film has a damaged packet");
      check(avcodec_send_packet(decoder.get(), packet.get()), "avcodec_send_packet");
      return;
    }
  }

  bool read_luma(std::vector<std::uint8_t>& luma) {
    LogCapture log;
    if (!decode()) return false;
    if (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
      throw std::runtime_error("a picture of the film is damaged: " + log.summary());
    const AVPixFmtDescriptor* const shape =
        av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
    if (shape == nullptr ||
        (shape->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL)) !=
            0 ||
        shape->comp[0].depth != 8 || shape->comp[0].step != 1 || shape->comp[0].plane != 0)
      throw std::runtime_error(std::string("pictures of the format ") +
                               (shape == nullptr ? "none" : shape->name) +
                               " have no 8-bit luma plane");
    const auto width = static_cast<std::size_t>(frame->width);
    luma.resize(width * static_cast<std::size_t>(frame->height));
    for (int y = 0; y < frame->height; ++y)
      std::copy_n(frame->data[0] + static_cast<std::ptrdiff_t>(y) * frame->linesize[0], width,
                  luma.begin() + static_cast<std::ptrdiff_t>(width) * y);
    av_frame_unref(frame.get());
    return true;
  }

  FilmInput film;
  UniqueCodecContext decoder;
  UniquePacket packet;
  UniqueFrame frame;
};

FilmReader::FilmReader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
FilmReader::~FilmReader() = default;

int FilmReader::width() const noexcept { return impl_->film.video->codecpar->width; }
int FilmReader::height() const noexcept { return impl_->film.video->codecpar->height; }

Rational FilmReader::frames_per_second() const noexcept {
  const AVRational rate = av_guess_frame_rate(impl_->film.input.get(),
                                              const_cast<AVStream*>(impl_->film.video), nullptr);
  return {rate.num, rate.den};
}

std::string FilmReader::codec() const {
  return avcodec_get_name(impl_->film.video->codecpar->codec_id);
}

bool FilmReader::read_luma(std::vector<std::uint8_t>& luma) { return impl_->read_luma(luma); }

}  // namespace lifereel
