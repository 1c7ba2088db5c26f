// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/silent_ac3.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace lifereel {
namespace {

constexpr std::array<int, 19> ac3_kilobits = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                              192, 224, 256, 320, 384, 448, 512, 576, 640};

}  // namespace

void check_ac3_bitrate(std::int64_t bitrate) {
  if (std::find(ac3_kilobits.begin(), ac3_kilobits.end(), bitrate / 1000) != ac3_kilobits.end() &&
      bitrate % 1000 == 0)
    return;
  std::string list;
  for (const int rate : ac3_kilobits) list += (list.empty() ? "" : ", ") + std::to_string(rate);
  throw std::invalid_argument("AC-3 has no bit rate of " + std::to_string(bitrate) +
                              " bits per second; in kb/s there are " + list);
}

SilentAc3::SilentAc3(std::int64_t bitrate) : silence_(make_packet()), packet_(make_packet()) {
  const AVCodec* const codec = avcodec_find_encoder_by_name("ac3");
  if (codec == nullptr)
    throw std::runtime_error("this FFmpeg has no encoder 'ac3', which a DVD's sound needs");
  codec_.reset(check_allocated(avcodec_alloc_context3(codec)));
  codec_->bit_rate = bitrate;
  codec_->sample_rate = sample_rate;
  codec_->sample_fmt = AV_SAMPLE_FMT_FLTP;
  codec_->time_base = {1, sample_rate};
  codec_->thread_count = 1;
  av_channel_layout_default(&codec_->ch_layout, 2);
  check(avcodec_open2(codec_.get(), codec, nullptr), "avcodec_open2 (ac3)");

  const UniqueFrame frame = make_frame();
  frame->format = codec_->sample_fmt;
  frame->sample_rate = sample_rate;
  frame->nb_samples = frame_samples;
  check(av_channel_layout_copy(&frame->ch_layout, &codec_->ch_layout), "av_channel_layout_copy");
  check(av_frame_get_buffer(frame.get(), 0), "av_frame_get_buffer");
  check(av_samples_set_silence(frame->extended_data, 0, frame_samples, 2, AV_SAMPLE_FMT_FLTP),
        "av_samples_set_silence");
  frame->pts = 0;
  check(avcodec_send_frame(codec_.get(), frame.get()), "avcodec_send_frame (ac3)");
  int result = avcodec_receive_packet(codec_.get(), silence_.get());
  if (result == AVERROR(EAGAIN)) {
    check(avcodec_send_frame(codec_.get(), nullptr), "avcodec_send_frame (ac3)");
    result = avcodec_receive_packet(codec_.get(), silence_.get());
  }
  check(result, "avcodec_receive_packet (ac3)");
  // Priming samples of silence are silence: the track begins at 0 and needs no skipping.
  codec_->initial_padding = 0;
  av_packet_free_side_data(silence_.get());
}

std::int64_t SilentAc3::frames_for(std::int64_t duration, AVRational time_base) noexcept {
  return av_rescale_q_rnd(duration, time_base, {frame_samples, sample_rate}, AV_ROUND_UP);
}

AVPacket& SilentAc3::next() {
  av_packet_unref(packet_.get());
  check(av_packet_ref(packet_.get(), silence_.get()), "av_packet_ref");
  packet_->pts = packet_->dts = frames_ * frame_samples;
  packet_->duration = frame_samples;
  packet_->flags |= AV_PKT_FLAG_KEY;
  ++frames_;
  return *packet_;
}

}  // namespace lifereel
