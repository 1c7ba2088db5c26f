// SPDX-License-Identifier: GPL-2.0-or-later
// Has the sound no gaps, and does it last as long as the pictures? Private to src/.
#pragma once

#include <cstdint>
#include <optional>

#include "src/verify/checked_film.h"
#include "src/verify/findings.h"
#include "src/verify/frame_clock.h"
#include "src/verify/timestamps_check.h"

namespace lifereel {

class AudioCheck {
 public:
  /// `pictures` tells where in the film the sound is.
  AudioCheck(const CheckedFilm& film, const TimestampsCheck& pictures, Findings& findings);

  /// A packet of the sound.
  void see(const ScannedPacket& packet);
  /// The film goes on elsewhere.
  void interrupt() { end_.reset(); }
  /// No packet follows the last one.
  void finish() { faults_.finish(); }
  void conclude();

  std::int64_t packets() const { return packets_; }
  std::optional<double> duration_seconds() const;
  /// The film's frame at which the sound stands; std::nullopt where it has no times.
  std::optional<std::int64_t> present_frame() const;

 private:
  double seconds(std::int64_t ticks) const;
  std::int64_t frame(std::int64_t ticks) const;
  void hold_against_disc(double early_seconds);

  const CheckedFilm& film_;
  const TimestampsCheck& pictures_;
  Findings& findings_;
  const FrameClock clock_;
  Unwrapper times_;
  std::optional<std::int64_t> begin_, end_;  // ticks
  std::int64_t packets_ = 0;
  Streak faults_;
};

}  // namespace lifereel
