// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/loudness_meter.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "encoders/audio/audio_source.h"
#include "encoders/libav/log_capture.h"

namespace lifereel {
namespace {

/// The filter measures in steps of 100 ms.
constexpr int step_samples = AudioSource::sample_rate / 10;
/// What is quieter does not count (EBU R128's absolute gate).
constexpr double silence_lufs = -70;
/// The filter tells peaks with three decimals.
constexpr double peak_rounding = 0.0005;

std::optional<double> number_in(const AVFrame& frame, const char* key) {
  const AVDictionaryEntry* const entry = av_dict_get(frame.metadata, key, nullptr, 0);
  if (entry == nullptr) return std::nullopt;
  const double value = std::strtod(entry->value, nullptr);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

UniqueFrame stereo_frame(int samples) {
  UniqueFrame frame = make_frame();
  const AudioShape shape = stereo_shape();
  frame->format = shape.format;
  frame->sample_rate = shape.sample_rate;
  frame->nb_samples = samples;
  check(av_channel_layout_copy(&frame->ch_layout, &shape.layout), "av_channel_layout_copy");
  check(av_frame_get_buffer(frame.get(), 0), "av_frame_get_buffer");
  return frame;
}

}  // namespace

LoudnessMeter::LoudnessMeter() : measured_(make_frame()) {
  LogCapture log;
  graph_.emplace(stereo_shape(), std::vector<AudioGraph::Filter>{
                                     {"ebur128", "metadata=1:peak=true:framelog=verbose"}});
}

LoudnessMeter::~LoudnessMeter() {
  try {
    LogCapture quiet;  // the filter sums up when it goes
    graph_.reset();
  } catch (...) {
    // No scope for the log: the filter goes in its own destructor.
  }
}

void LoudnessMeter::add(const float* left, const float* right, std::int64_t count) {
  LogCapture log;
  for (std::int64_t done = 0; done < count;) {
    if (filling_ == nullptr) filling_ = stereo_frame(step_samples);
    const auto now = static_cast<int>(std::min<std::int64_t>(count - done, step_samples - filled_));
    std::copy_n(left + done, now, reinterpret_cast<float*>(filling_->data[0]) + filled_);
    std::copy_n(right + done, now, reinterpret_cast<float*>(filling_->data[1]) + filled_);
    filled_ += now;
    done += now;
    if (filled_ == step_samples) send();
  }
}

void LoudnessMeter::send() {
  filling_->nb_samples = filled_;
  filling_->pts = samples_;
  samples_ += filled_;
  filled_ = 0;
  graph_->send(filling_.get());
  filling_.reset();
  receive();
}

void LoudnessMeter::receive() {
  while (graph_->receive(*measured_)) {
    integrated_ = number_in(*measured_, "lavfi.r128.I").value_or(integrated_);
    for (const char* const key : {"lavfi.r128.true_peaks_ch0", "lavfi.r128.true_peaks_ch1"})
      peak_ = std::max(peak_, number_in(*measured_, key).value_or(0));
    av_frame_unref(measured_.get());
  }
}

Loudness LoudnessMeter::finish() {
  LogCapture log;
  if (filled_ > 0) send();
  graph_->send(nullptr);
  receive();
  Loudness loudness;
  if (integrated_ > silence_lufs) loudness.integrated = integrated_;
  if (peak_ > 0) loudness.true_peak = 20 * std::log10(peak_ + peak_rounding);
  return loudness;
}

}  // namespace lifereel
