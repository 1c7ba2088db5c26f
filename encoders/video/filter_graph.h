// SPDX-License-Identifier: GPL-2.0-or-later
// An optional libavfilter chain between pictures and encoder. Internal to encoders/.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "encoders/libav/libav.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {

class FilterGraph {
 public:
  using TakeFrame = std::function<void(AVFrame&)>;

  /// `allowed`: pixel formats the chain must end in (converting where it has to); empty: any.
  /// Throws std::invalid_argument that names the chain and libav's text.
  FilterGraph(const std::string& chain, const VideoFormat& source,
              const std::vector<AVPixelFormat>& allowed);

  /// Takes the frame's references (nullptr: no more will come) and hands over every frame that
  /// comes out, in ticks of output(...).time_base.
  void filter(AVFrame* frame, const TakeFrame& take);

  /// What the chain makes; colours are those of `first`, a frame that came out of it.
  VideoFormat output(const AVFrame& first) const;

 private:
  std::string chain_;
  VideoFormat source_;
  UniqueFilterGraph graph_;
  AVFilterContext* input_ = nullptr;  // both belong to graph_
  AVFilterContext* output_ = nullptr;
  UniqueFrame frame_;
};

}  // namespace lifereel
