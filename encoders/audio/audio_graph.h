// SPDX-License-Identifier: GPL-2.0-or-later
// A libavfilter chain for sound. Internal to encoders/.
#pragma once

#include <string>

#include "encoders/libav/libav.h"

namespace lifereel {

/// What frames of sound are.
struct AudioShape {
  AVSampleFormat format = AV_SAMPLE_FMT_FLTP;
  int sample_rate = 0;
  AVChannelLayout layout{};  ///< of a kind that owns no memory
};

/// 48 kHz stereo, a plane for each channel.
AudioShape stereo_shape() noexcept;

/// Frames in at one end of a row of filters and out at the other.
class AudioGraph {
 public:
  struct Filter {
    const char* name;
    const char* options;  ///< nullptr: none
  };

  /// Throws std::runtime_error: a filter that this FFmpeg lacks, or one that does not take what
  /// comes.
  AudioGraph(const AudioShape& shape, const std::vector<Filter>& filters);

  /// Takes the frame's reference; nullptr: no more will come. Take what came out before the next.
  void send(AVFrame* frame);
  /// False when nothing is there (yet).
  bool receive(AVFrame& frame);

 private:
  UniqueFilterGraph graph_;
  AVFilterContext* input_ = nullptr;  // both belong to graph_
  AVFilterContext* output_ = nullptr;
};

}  // namespace lifereel
