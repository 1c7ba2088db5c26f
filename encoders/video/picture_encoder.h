// SPDX-License-Identifier: GPL-2.0-or-later
// Where a film's packets come from. Internal to encoders/.
#pragma once

#include <functional>
#include <memory>

#include "encoders/film_settings.h"
#include "encoders/libav/libav.h"
#include "encoders/picture.h"

namespace lifereel {

/// One chunk's pictures in, its packets out. One thread at a time. Keeps Note: [Release].
class PictureEncoder {
 public:
  virtual ~PictureEncoder() = default;

  /// Called with the codec's packet, which may be emptied, and with the opened codec. Times are
  /// ticks of the codec's time base and count from the chunk's first picture.
  using TakePacket = std::function<void(AVPacket&, const AVCodecContext&)>;

  /// nullptr while it is not open.
  virtual const AVCodecContext* codec() const noexcept = 0;
  virtual int pictures_held_at_most() const noexcept = 0;
  virtual void write(const Picture& picture, const TakePacket& take) = 0;
  /// No more will come: hands over what the encoder still has. Throws std::runtime_error when not
  /// every picture became a frame.
  virtual void finish(const TakePacket& take) = 0;
};

/// Opens an encoder for one chunk of the film. Any thread, several at once.
using OpenEncoder =
    std::function<std::unique_ptr<PictureEncoder>(const ResolvedFilm& film, bool global_header)>;

}  // namespace lifereel
