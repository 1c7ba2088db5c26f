// SPDX-License-Identifier: GPL-2.0-or-later
// One chunk's pictures in, its packets out. Internal to encoders/.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "encoders/film_settings.h"
#include "encoders/libav/libav.h"
#include "encoders/picture.h"
#include "encoders/video/filter_graph.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {

/// A finished chunk: a value that depends on the settings and the pictures alone, not on its place
/// in the film.
using FrameMotion = std::vector<SpeciesMotion>;

struct EncodedChunk {
  std::vector<UniquePacket> packets;    ///< as the encoder gave them; frames from the chunk's first
  std::vector<std::uint8_t> extradata;  ///< the codec's, the same in every chunk of a film
  std::vector<FrameMotion> motion;      ///< a picture's each, where the film's sound is made of it
};

/// A filter chain, where there is one or a conversion is needed, and an encoder. Keeps Note:
/// [Release].
class ChunkEncoder {
 public:
  /// Called with the codec's packet, which may be emptied, and with the opened codec.
  using TakePacket = std::function<void(AVPacket&, const AVCodecContext&)>;

  /// Called with a codec that is opened to try it; what it throws, the constructor does.
  using LookAtTrial = std::function<void(const AVCodecContext&)>;

  /// Opens the encoder; behind a filter chain that waits for the first picture that comes out of
  /// it, and one is only tried. Throws std::invalid_argument or std::runtime_error.
  ChunkEncoder(const ResolvedFilm& film, bool global_header, const LookAtTrial& look = {});

  /// nullptr while it is not open.
  const AVCodecContext* codec() const noexcept { return encoder_ ? &encoder_->codec() : nullptr; }
  int pictures_held_at_most() const noexcept { return held_; }

  void write(const Picture& picture, const TakePacket& take);
  /// No more will come: hands over what the encoder still has. Throws std::runtime_error when not
  /// every picture became a frame.
  void finish(const TakePacket& take);

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
