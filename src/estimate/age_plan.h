// SPDX-License-Identifier: GPL-2.0-or-later
// At which ages of a film's universe samples are taken, in the time that there is. Private to src/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace lifereel {

/// Ages in frames of the universe, times in seconds. An estimate guesses what lies beyond the
/// oldest age; and the older a universe, the slower it changes, but it never is at rest, so that
/// many samples say more than few. A dozen are enough: what time they leave takes it to an older
/// age. Frames take longer as particles gather, so that the plan is looked at again before each
/// sample.
class AgePlan {
 public:
  /// What is left, and what a frame takes that is passed, and a sample.
  struct Time {
    double left, a_frame, a_sample;
  };

  /// Of a probe of so many seconds, whose universe is `here`: from `first` on, or from here, at
  /// most to `end`.
  AgePlan(std::int64_t here, std::int64_t first, std::int64_t end, double seconds, Time time) {
    constexpr double at_least = 0.3, margin = 0.8;
    const double for_least = std::clamp(time.left - time.a_sample, 0.0, at_least * seconds);
    const double for_oldest =
        std::max(for_least, margin * (time.left - enough_ages * time.a_sample));
    least_ = std::min(end, reached(here, for_least, time));
    oldest_ = std::min(end, reached(here, for_oldest, time));
    first_ = std::clamp(first, here, std::max(here, oldest_));
    const double passing = time.a_frame * static_cast<double>(oldest_ - here);
    samples_ = static_cast<int>(
        std::clamp((time.left - passing) / std::max(1e-3, time.a_sample), 1.0, double{most_ages}));
  }

  /// The age at which the next sample is to be taken, not before `here`; nothing when all are.
  std::optional<std::int64_t> next(std::int64_t here, Time time) {
    while (index_ < samples_) {
      const int to_come = std::min(samples_ - index_, enough_ages);
      const double passing = std::max(0.0, time.left - to_come * time.a_sample);
      oldest_ = std::max({here, least_, std::min(oldest_, reached(here, passing, time))});
      const double part = samples_ == 1 ? 1.0 : static_cast<double>(index_) / (samples_ - 1);
      if (++index_ == samples_) return oldest_;
      const auto age =
          first_ + static_cast<std::int64_t>(part * part * static_cast<double>(oldest_ - first_));
      const double needed = time.a_frame * static_cast<double>(oldest_ - here) + 2 * time.a_sample;
      if (age >= here && time.left >= needed) return age;
    }
    return std::nullopt;
  }

  std::int64_t oldest() const noexcept { return oldest_; }

 private:
  static constexpr int most_ages = 16, enough_ages = 12;

  static std::int64_t reached(std::int64_t here, double seconds, const Time& time) {
    constexpr double most_frames = 1e15;
    return here + static_cast<std::int64_t>(std::min(most_frames, seconds / time.a_frame));
  }

  std::int64_t first_, oldest_;
  std::int64_t least_;  ///< as old as the last sample is in any case
  int samples_, index_ = 0;
};

}  // namespace lifereel
