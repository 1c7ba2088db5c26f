// SPDX-License-Identifier: GPL-2.0-or-later
// What encoders cannot say in the headers of MPEG-2 video, said for them. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>

#include "encoders/libav/libav.h"

namespace lifereel {

/// What is to stand in a packet's headers, each where the packet has such a header.
struct HeaderMending {
  struct Place {
    std::int64_t frame = 0;  ///< from the start of the film
    AVRational frames_per_second{0, 1};
  };
  std::optional<Place> place;  ///< of the GOP, as a time code

  struct Buffer {
    std::int64_t maxrate = 0;
    std::int64_t bufsize = 0;
  };
  std::optional<Buffer> buffer;  ///< of the sequence

  /// DVD rules want progressive_sequence 0, which libav's encoder cannot say together with
  /// progressive frames; the decoded pictures stay the same, since 480 and 576 lines are multiples
  /// of 32.
  bool clear_progressive_sequence = false;
};

/// Changes no length.
void mend_headers(AVPacket& packet, const HeaderMending& mending);

/// Decoders show the last pictures only when they see that none follow: appends the code that says
/// so.
void append_sequence_end(AVPacket& packet);
inline constexpr int sequence_end_bytes = 4;

}  // namespace lifereel
