// SPDX-License-Identifier: GPL-2.0-or-later
// Timestamps as a film's frames. Trusts no timestamp: nothing here overflows. Private to src/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "encoders/film.h"

namespace lifereel {

/// No film gets so far.
inline constexpr std::int64_t furthest_frame = std::int64_t{1} << 40;
inline constexpr std::int64_t furthest_ticks = std::int64_t{1} << 60;

/// Timestamps that may wrap, as ones that do not.
class Unwrapper {
 public:
  explicit Unwrapper(int bits) : bits_(bits) {}

  std::int64_t operator()(std::int64_t timestamp) {
    timestamp = std::clamp(timestamp, -furthest_ticks, furthest_ticks);
    if (last_ && bits_ < 62) {
      const std::int64_t wrap = std::int64_t{1} << bits_;
      std::int64_t step = (timestamp - *last_) % wrap;
      if (step >= wrap / 2) step -= wrap;
      if (step < -wrap / 2) step += wrap;
      timestamp = std::clamp(*last_ + step, -furthest_ticks, furthest_ticks);
    }
    last_ = timestamp;
    return timestamp;
  }

 private:
  int bits_;
  std::optional<std::int64_t> last_;
};

/// Between ticks of a stream and frames of the film.
class FrameClock {
  __extension__ typedef __int128 int128;  // -Wpedantic knows no other spelling

 public:
  FrameClock(Rational time_base, Rational frames_per_second)
      : ticks_(int128{time_base.den} * frames_per_second.den),
        frames_(int128{time_base.num} * frames_per_second.num) {}

  /// The nearest frame; far beyond any film it stays at furthest_frame.
  std::int64_t frame(std::int64_t ticks) const {
    return static_cast<std::int64_t>(
        std::clamp<int128>(divided(ticks * frames_, ticks_), -furthest_frame, furthest_frame));
  }
  std::int64_t ticks(std::int64_t frame) const {
    return static_cast<std::int64_t>(
        std::clamp<int128>(divided(frame * ticks_, frames_), -furthest_ticks, furthest_ticks));
  }
  /// A frame takes a whole number of ticks.
  bool exact() const { return ticks_ % frames_ == 0; }

 private:
  static int128 divided(int128 a, int128 b) {
    const int128 doubled = 2 * a + b;
    return doubled / (2 * b) - (doubled % (2 * b) < 0 ? 1 : 0);
  }

  int128 ticks_, frames_;  // a frame's ticks are their quotient
};

}  // namespace lifereel
