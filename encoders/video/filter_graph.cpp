// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/filter_graph.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "encoders/libav/log_capture.h"

namespace lifereel {
namespace {

constexpr int picture_alignment = 32;  // of rows, for estimates

const AVFilter& find_filter(const char* name) {
  const AVFilter* const filter = avfilter_get_by_name(name);
  if (filter == nullptr)
    throw std::runtime_error(std::string("this FFmpeg has no filter '") + name + "'");
  return *filter;
}

struct FreeParameters {
  void operator()(AVBufferSrcParameters* parameters) const noexcept { av_free(parameters); }
};

void copy_into_own_memory(AVFrame& frame) {
  const UniqueFrame copy = make_frame();
  copy->format = frame.format;
  copy->width = frame.width;
  copy->height = frame.height;
  check(av_frame_get_buffer(copy.get(), 0), "av_frame_get_buffer");
  check(av_frame_copy(copy.get(), &frame), "av_frame_copy");
  check(av_frame_copy_props(copy.get(), &frame), "av_frame_copy_props");
  av_frame_unref(&frame);
  av_frame_move_ref(&frame, copy.get());
}

/// Which field an interlaced frame shows first is not looked for.
AVFieldOrder field_order_of(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  const bool interlaced = (frame.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  const bool interlaced = frame.interlaced_frame != 0;
#endif
  return interlaced ? AV_FIELD_UNKNOWN : AV_FIELD_PROGRESSIVE;
}

/// What a pixel format says by itself.
void state_implied_colours(VideoFormat& video) {
  const AVPixFmtDescriptor& kind = *av_pix_fmt_desc_get(video.pixel_format);
  if (std::string_view(kind.name).starts_with("yuvj")) video.range = AVCOL_RANGE_JPEG;
  if ((kind.flags & AV_PIX_FMT_FLAG_RGB) == 0) return;
  video.matrix = AVCOL_SPC_RGB;
  video.range = AVCOL_RANGE_JPEG;
}

std::int64_t filter_option(const AVFilterContext& filter, const char* name) {
  std::int64_t value = 0;
  av_opt_get_int(filter.priv, name, 0, &value);
  return value;
}

/// Calls `look` with each filter that `filter` has its pictures from.
template <class Look>
void each_before(const AVFilterContext& filter, const Look& look) {
  for (unsigned i = 0; i < filter.nb_inputs; ++i) {
    look(*filter.inputs[i]->src);
    each_before(*filter.inputs[i]->src, look);
  }
}

/// How many let go by is not known beforehand.
bool drops_pictures(const AVFilterContext& filter) {
  for (const std::string_view name :
       {"decimate", "mpdecimate", "select", "segment", "thumbnail", "trim"})
    if (name == filter.filter->name) return true;
  return false;
}

/// Pictures that a filter keeps at once, of `frames` that reach it.
std::int64_t kept_pictures(const AVFilterContext& filter, std::int64_t frames) {
  const std::string_view name = filter.filter->name;
  if (name == "tmix") return std::min(frames, filter_option(filter, "frames"));
  if (name == "loop") return std::min(frames, filter_option(filter, "size"));
  if (name == "thumbnail") return std::min(frames, filter_option(filter, "n"));
  bool whole_film = name == "reverse", drops = false;
  each_before(filter, [&](const AVFilterContext& before) {
    drops = drops || drops_pictures(before);
    // A palette of the whole film comes at its end, one of each picture (2) at once.
    if (name == "paletteuse" && std::string_view(before.filter->name) == "palettegen")
      whole_film = whole_film || filter_option(before, "stats_mode") != 2;
  });
  return whole_film && !drops ? frames : 0;
}

}  // namespace

FilterGraph::FilterGraph(const std::string& chain, const VideoFormat& source,
                         const std::vector<AVPixelFormat>& allowed)
    : chain_(chain),
      source_(source),
      graph_(check_allocated(avfilter_graph_alloc())),
      frame_(make_frame()) {
  LogCapture log;
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument("the filter chain '" + chain_ + "' " + why);
  };
  const auto must = [&](int result, const char* call) {
    if (result < 0)
      refuse(std::string("does not work: ") + call + ": " + libav_text(result) +
             (log.messages().empty() ? "" : " (" + log.summary() + ")"));
  };

  input_ = check_allocated(avfilter_graph_alloc_filter(graph_.get(), &find_filter("buffer"), "in"));
  const std::unique_ptr<AVBufferSrcParameters, FreeParameters> parameters(
      check_allocated(av_buffersrc_parameters_alloc()));
  parameters->format = source.pixel_format;
  parameters->width = source.width;
  parameters->height = source.height;
  parameters->time_base = source.time_base;
  parameters->frame_rate = source.frame_rate;
  parameters->sample_aspect_ratio = source.sample_aspect;
#if LIBAVFILTER_VERSION_INT >= AV_VERSION_INT(10, 0, 100)
  parameters->color_space = source.matrix;
  parameters->color_range = source.range;
#endif
  check(av_buffersrc_parameters_set(input_, parameters.get()), "av_buffersrc_parameters_set");
  check(avfilter_init_str(input_, nullptr), "avfilter_init_str");
  check(avfilter_graph_create_filter(&output_, &find_filter("buffersink"), "out", nullptr, nullptr,
                                     graph_.get()),
        "avfilter_graph_create_filter");

  AVFilterInOut* open_inputs = nullptr;
  AVFilterInOut* open_outputs = nullptr;
  const int parsed =
      avfilter_graph_parse2(graph_.get(), chain.c_str(), &open_inputs, &open_outputs);
  const UniqueFilterInOut inputs(open_inputs);
  const UniqueFilterInOut outputs(open_outputs);
  must(parsed, "avfilter_graph_parse2");
  if (inputs == nullptr || inputs->next != nullptr) refuse("must have one input, the pictures");
  if (outputs == nullptr || outputs->next != nullptr) refuse("must have one output, the film");
  if (avfilter_pad_get_type(inputs->filter_ctx->input_pads, inputs->pad_idx) !=
          AVMEDIA_TYPE_VIDEO ||
      avfilter_pad_get_type(outputs->filter_ctx->output_pads, outputs->pad_idx) !=
          AVMEDIA_TYPE_VIDEO)
    refuse("must take and give video");
  must(avfilter_link(input_, 0, inputs->filter_ctx, static_cast<unsigned>(inputs->pad_idx)),
       "avfilter_link");

  AVFilterContext* last = outputs->filter_ctx;
  unsigned last_pad = static_cast<unsigned>(outputs->pad_idx);
  if (!allowed.empty()) {
    std::string formats = "pix_fmts=";
    for (std::size_t i = 0; i < allowed.size(); ++i)
      formats += std::string(i == 0 ? "" : "|") + av_get_pix_fmt_name(allowed[i]);
    AVFilterContext* format = nullptr;
    check(avfilter_graph_create_filter(&format, &find_filter("format"), "encodable",
                                       formats.c_str(), nullptr, graph_.get()),
          "avfilter_graph_create_filter");
    must(avfilter_link(last, last_pad, format, 0), "avfilter_link");
    last = format;
    last_pad = 0;
  }
  must(avfilter_link(last, last_pad, output_, 0), "avfilter_link");
  must(avfilter_graph_config(graph_.get(), nullptr), "avfilter_graph_config");
}

void FilterGraph::filter(AVFrame& frame, const TakeFrame& take) {
  frame.sample_aspect_ratio = source_.sample_aspect;
  frame.color_range = source_.range;
  frame.colorspace = source_.matrix;
  frame.color_primaries = source_.primaries;
  frame.color_trc = source_.transfer;
  end_pts_ = frame.pts + 1;
  // A chain such as trim may have had enough; what comes after is its to drop.
  if (ended_) {
    av_frame_unref(&frame);
    return;
  }
  copy_into_own_memory(frame);
  const int sent = av_buffersrc_add_frame_flags(input_, &frame, 0);
  if (sent < 0 && sent != AVERROR_EOF)
    throw_libav_error(sent, "av_buffersrc_add_frame (filter chain '" + chain_ + "')");
  take_frames(take);
}

void FilterGraph::finish(const TakeFrame& take) {
  if (ended_) return;
  // The end is where the last picture is no longer shown, so that fps makes as many of it as of
  // others.
  const int closed = av_buffersrc_close(input_, end_pts_, 0);
  if (closed < 0 && closed != AVERROR_EOF)
    throw_libav_error(closed, "av_buffersrc_close (filter chain '" + chain_ + "')");
  take_frames(take);
}

void FilterGraph::take_frames(const TakeFrame& take) {
  for (;;) {
    const int result = av_buffersink_get_frame(output_, frame_.get());
    if (result == AVERROR(EAGAIN)) return;
    if (result == AVERROR_EOF) {
      ended_ = true;
      return;
    }
    if (result < 0)
      throw_libav_error(result, "av_buffersink_get_frame (filter chain '" + chain_ + "')");
    take(*frame_);
    av_frame_unref(frame_.get());
  }
}

std::uint64_t FilterGraph::kept_bytes(std::int64_t frames) const {
  double bytes = 0;
  for (unsigned i = 0; i < graph_->nb_filters; ++i) {
    const AVFilterContext& filter = *graph_->filters[i];
    if (filter.nb_inputs == 0) continue;
    const AVFilterLink& input = *filter.inputs[0];
    if (input.type != AVMEDIA_TYPE_VIDEO) continue;
    const int picture_bytes = av_image_get_buffer_size(static_cast<AVPixelFormat>(input.format),
                                                       input.w, input.h, picture_alignment);
    bytes += static_cast<double>(kept_pictures(filter, frames)) * std::max(0, picture_bytes);
  }
  return static_cast<std::uint64_t>(std::min(bytes, 1e18));
}

VideoFormat FilterGraph::output() const {
  VideoFormat video = source_;
  video.pixel_format = static_cast<AVPixelFormat>(av_buffersink_get_format(output_));
  video.width = av_buffersink_get_w(output_);
  video.height = av_buffersink_get_h(output_);
  video.time_base = av_buffersink_get_time_base(output_);
  const AVRational rate = av_buffersink_get_frame_rate(output_);
  if (rate.num > 0 && rate.den > 0) video.frame_rate = rate;
  const AVRational aspect = av_buffersink_get_sample_aspect_ratio(output_);
  if (aspect.num > 0 && aspect.den > 0) video.sample_aspect = aspect;
  state_implied_colours(video);
  return video;
}

VideoFormat FilterGraph::output(const AVFrame& first) const {
  VideoFormat video = output();
  video.range = first.color_range;
  video.matrix = first.colorspace;
  video.primaries = first.color_primaries;
  video.transfer = first.color_trc;
  video.field_order = field_order_of(first);
  state_implied_colours(video);
  return video;
}

}  // namespace lifereel
