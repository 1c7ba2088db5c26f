// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/sound_meter.h"

#include <algorithm>

#include "encoders/audio/audio_source.h"
#include "encoders/libav/log_capture.h"

namespace lifereel {

void SoundMeter::add(const AVFrame& frame) {
  if (frame.nb_samples <= 0) return;
  if (samples_ == 0 && frame.pts != AV_NOPTS_VALUE) begin_ticks_ = frame.pts;
  samples_ += frame.nb_samples;
  const auto format = static_cast<AVSampleFormat>(frame.format);
  if (!to_stereo_) {
    format_ = format;
    channels_ = frame.ch_layout.nb_channels;
  }
  measurable_ = measurable_ && frame.sample_rate == AudioSource::sample_rate &&
                frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE && format == format_ &&
                frame.ch_layout.nb_channels == channels_ && channels_ == AudioSource::channels;
  if (measurable_) measure(frame);
}

void SoundMeter::measure(const AVFrame& frame) {
  LogCapture log;
  if (!to_stereo_) {
    AudioShape shape{format_, frame.sample_rate, {}};
    av_channel_layout_default(&shape.layout, channels_);
    to_stereo_.emplace(shape, std::vector<AudioGraph::Filter>{
                                  {"aformat", "sample_fmts=fltp:channel_layouts=stereo"}});
    loudness_.emplace();
  }
  const UniqueFrame in = make_frame();
  check(av_frame_ref(in.get(), &frame), "av_frame_ref");
  in->pts = AV_NOPTS_VALUE;
  to_stereo_->send(in.get());
  const UniqueFrame out = make_frame();
  while (to_stereo_->receive(*out)) {
    loudness_->add(reinterpret_cast<const float*>(out->data[0]),
                   reinterpret_cast<const float*>(out->data[1]), out->nb_samples);
    av_frame_unref(out.get());
  }
  log.forget();
}

Loudness SoundMeter::finish() {
  return loudness_ && measurable_ ? loudness_->finish() : Loudness();
}

}  // namespace lifereel
