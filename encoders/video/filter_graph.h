// SPDX-License-Identifier: GPL-2.0-or-later
// An optional libavfilter chain between pictures and encoder. Internal to encoders/.
#pragma once

#include <cstdint>
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

  /// Copies the frame and lets go of it, for a chain may keep any number, and hands over every
  /// frame that comes out, in ticks of output().time_base.
  void filter(AVFrame& frame, const TakeFrame& take);
  /// No more will come: the last frame lasts one tick of the source's.
  void finish(const TakeFrame& take);

  /// Of the pictures that the filters known to collect them keep at once, when `frames` come.
  std::uint64_t kept_bytes(std::int64_t frames) const;

  /// What the chain makes, as far as is known before a frame came out of it.
  VideoFormat output() const;
  /// With the colours of `first`, a frame that came out of it.
  VideoFormat output(const AVFrame& first) const;

 private:
  void take_frames(const TakeFrame& take);

  std::string chain_;
  VideoFormat source_;
  UniqueFilterGraph graph_;
  AVFilterContext* input_ = nullptr;  // both belong to graph_
  AVFilterContext* output_ = nullptr;
  UniqueFrame frame_;
  std::int64_t end_pts_ = 0;  // of the last frame
  bool ended_ = false;        // the chain has had enough
};

}  // namespace lifereel
