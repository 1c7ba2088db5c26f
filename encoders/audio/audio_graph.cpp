// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/audio_graph.h"

#include <stdexcept>

#include "encoders/audio/audio_source.h"

namespace lifereel {
namespace {

const AVFilter& find_audio_filter(const char* name) {
  const AVFilter* const filter = avfilter_get_by_name(name);
  if (filter == nullptr)
    throw std::runtime_error(std::string("this FFmpeg has no filter '") + name +
                             "', which a film's sound needs");
  return *filter;
}

struct FreeAudioParameters {
  void operator()(AVBufferSrcParameters* parameters) const noexcept { av_free(parameters); }
};

}  // namespace

AudioShape stereo_shape() noexcept {
  AudioShape shape;
  shape.sample_rate = AudioSource::sample_rate;
  av_channel_layout_default(&shape.layout, AudioSource::channels);
  return shape;
}

AudioGraph::AudioGraph(const AudioShape& shape, const std::vector<Filter>& filters)
    : graph_(check_allocated(avfilter_graph_alloc())) {
  input_ = check_allocated(
      avfilter_graph_alloc_filter(graph_.get(), &find_audio_filter("abuffer"), "in"));
  const std::unique_ptr<AVBufferSrcParameters, FreeAudioParameters> parameters(
      check_allocated(av_buffersrc_parameters_alloc()));
  parameters->format = shape.format;
  parameters->sample_rate = shape.sample_rate;
  parameters->time_base = {1, shape.sample_rate};
  check(av_channel_layout_copy(&parameters->ch_layout, &shape.layout), "av_channel_layout_copy");
  check(av_buffersrc_parameters_set(input_, parameters.get()), "av_buffersrc_parameters_set");
  check(avfilter_init_str(input_, nullptr), "avfilter_init_str");
  AVFilterContext* last = input_;
  for (const Filter& filter : filters) {
    AVFilterContext* next = nullptr;
    check(avfilter_graph_create_filter(&next, &find_audio_filter(filter.name), filter.name,
                                       filter.options, nullptr, graph_.get()),
          "avfilter_graph_create_filter");
    check(avfilter_link(last, 0, next, 0), "avfilter_link");
    last = next;
  }
  check(avfilter_graph_create_filter(&output_, &find_audio_filter("abuffersink"), "out", nullptr,
                                     nullptr, graph_.get()),
        "avfilter_graph_create_filter");
  check(avfilter_link(last, 0, output_, 0), "avfilter_link");
  check(avfilter_graph_config(graph_.get(), nullptr), "avfilter_graph_config");
}

void AudioGraph::send(AVFrame* frame) {
  check(av_buffersrc_add_frame_flags(input_, frame, 0), "av_buffersrc_add_frame");
}

bool AudioGraph::receive(AVFrame& frame) {
  const int result = av_buffersink_get_frame(output_, &frame);
  if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return false;
  check(result, "av_buffersink_get_frame");
  return true;
}

}  // namespace lifereel
