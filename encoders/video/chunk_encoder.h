// SPDX-License-Identifier: GPL-2.0-or-later
// libavcodec's encoders as they serve a film. Internal to encoders/.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "encoders/film_settings.h"
#include "encoders/libav/libav.h"
#include "encoders/picture.h"
#include "encoders/video/filter_graph.h"
#include "encoders/video/picture_encoder.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {

/// A filter chain, where there is one or a conversion is needed, and an encoder.
class ChunkEncoder final : public PictureEncoder {
 public:
  /// Called with a codec that is opened to try it; what it throws, the constructor does.
  using LookAtTrial = std::function<void(const AVCodecContext&)>;

  /// Opens the encoder; behind a filter chain that waits for the first picture that comes out of
  /// it, and one is only tried. Throws std::invalid_argument or std::runtime_error.
  ChunkEncoder(const ResolvedFilm& film, bool global_header, const LookAtTrial& look = {});

  const AVCodecContext* codec() const noexcept override {
    return encoder_ ? &encoder_->codec() : nullptr;
  }
  int pictures_held_at_most() const noexcept override { return held_; }
  void write(const Picture& picture, const TakePacket& take) override;
  void finish(const TakePacket& take) override;

 private:
  void encode_filtered(AVFrame& filtered, const TakePacket& take);
  void encode(const AVFrame* frame, const TakePacket& take);
  bool one_packet() const noexcept;

  const ResolvedFilm film_;
  const bool global_header_;
  int held_;
  UniqueFrame frame_;  // its shell is used again for every picture
  std::optional<VideoEncoder> encoder_;
  std::string chain_;                 // that converts, too; empty: none
  std::optional<FilterGraph> graph_;  // goes before the encoder
  AVRational filter_time_base_{0, 1};
  std::optional<std::int64_t> last_pts_, last_filtered_pts_;
  std::int64_t first_pts_ = 0;  // that the encoder was given
  std::int64_t frames_ = 0, packets_ = 0;
};

}  // namespace lifereel
