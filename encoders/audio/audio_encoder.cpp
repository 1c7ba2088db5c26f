// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/audio_encoder.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace lifereel {
namespace {

void interleave(const std::vector<float> (&planes)[AudioSource::channels], AVFrame& frame) {
  auto* const to = reinterpret_cast<float*>(frame.data[0]);
  for (std::size_t i = 0; i < planes[0].size(); ++i)
    for (std::size_t c = 0; c < AudioSource::channels; ++c) to[2 * i + c] = planes[c][i];
}

void interleave_rounded(const std::vector<float> (&planes)[AudioSource::channels], AVFrame& frame) {
  auto* const to = reinterpret_cast<std::int16_t*>(frame.data[0]);
  for (std::size_t i = 0; i < planes[0].size(); ++i)
    for (std::size_t c = 0; c < AudioSource::channels; ++c)
      to[2 * i + c] = static_cast<std::int16_t>(
          std::lrint(std::clamp(planes[c][i] * 32768.0F, -32768.0F, 32767.0F)));
}

/// Noise in place of a band, and one channel in place of two, save bits that are there, and raise
/// peaks by up to 6 dB.
void set_aac_options(AVCodecContext& codec) {
  for (const char* const option : {"aac_pns", "aac_is"})
    check(av_opt_set(codec.priv_data, option, "0", 0), "av_opt_set (aac)");
}

}  // namespace

AudioEncoder::AudioEncoder(const AudioCodec& kind, std::int64_t bitrate, bool global_header,
                           AudioSource& source)
    : kind_(kind), source_(source), packet_(make_packet()) {
  const AVCodec* const codec = avcodec_find_encoder_by_name(kind.encoder);
  if (codec == nullptr)
    throw std::runtime_error(std::string("this FFmpeg has no encoder '") + kind.encoder +
                             "', which the film's sound needs");
  codec_.reset(check_allocated(avcodec_alloc_context3(codec)));
  codec_->bit_rate = bitrate;
  codec_->sample_rate = AudioSource::sample_rate;
  codec_->sample_fmt = kind.samples;
  codec_->time_base = {1, AudioSource::sample_rate};
  codec_->thread_count = 1;
  // No versions in the stream: the same film is the same bytes.
  codec_->flags |= AV_CODEC_FLAG_BITEXACT;
  if (global_header) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (codec->id == AV_CODEC_ID_AAC) set_aac_options(*codec_);
  av_channel_layout_default(&codec_->ch_layout, AudioSource::channels);
  check(avcodec_open2(codec_.get(), codec, nullptr), "avcodec_open2 (sound)");
  if (!kind.whole_packets) return;
  const int delay = codec_->initial_padding;
  codec_->initial_padding = 0;
  std::vector<float> left(static_cast<std::size_t>(delay)), right(left);
  source_.read(left.data(), right.data(), delay);
}

void AudioEncoder::encode_until(std::int64_t samples, const TakePacket& take) {
  const int size = codec_->frame_size;
  while (sent_ + size <= samples) send(next_frame(size, size).get(), take);
}

void AudioEncoder::finish(std::int64_t samples, const TakePacket& take) {
  const int size = codec_->frame_size;
  encode_until(samples, take);
  const auto left = static_cast<int>(samples - sent_);
  if (left > 0) send(next_frame(left, kind_.whole_packets ? size : left).get(), take);
  send(nullptr, take);
}

UniqueFrame AudioEncoder::next_frame(int count, int size) {
  UniqueFrame frame = make_frame();
  frame->format = codec_->sample_fmt;
  frame->sample_rate = codec_->sample_rate;
  frame->nb_samples = size;
  check(av_channel_layout_copy(&frame->ch_layout, &codec_->ch_layout), "av_channel_layout_copy");
  check(av_frame_get_buffer(frame.get(), 0), "av_frame_get_buffer");
  std::vector<float> planes[AudioSource::channels];
  for (std::vector<float>& plane : planes) plane.resize(static_cast<std::size_t>(size));
  source_.read(planes[0].data(), planes[1].data(), count);
  if (kind_.samples == AV_SAMPLE_FMT_FLTP) {
    for (std::size_t c = 0; c < AudioSource::channels; ++c)
      std::copy(planes[c].begin(), planes[c].end(), reinterpret_cast<float*>(frame->data[c]));
  } else if (kind_.samples == AV_SAMPLE_FMT_FLT) {
    interleave(planes, *frame);
  } else {
    interleave_rounded(planes, *frame);
  }
  frame->pts = sent_;
  return frame;
}

void AudioEncoder::send(AVFrame* frame, const TakePacket& take) {
  if (frame != nullptr) sent_ += frame->nb_samples;
  check(avcodec_send_frame(codec_.get(), frame), "avcodec_send_frame (sound)");
  for (;;) {
    const int result = avcodec_receive_packet(codec_.get(), packet_.get());
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
    check(result, "avcodec_receive_packet (sound)");
    if (kind_.whole_packets) {
      packet_->pts = packet_->dts = packed_;
      packed_ += packet_->duration = codec_->frame_size;
    }
    bytes_ += packet_->size;
    take(*packet_);
    av_packet_unref(packet_.get());
  }
}

}  // namespace lifereel
