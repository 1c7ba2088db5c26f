// SPDX-License-Identifier: GPL-2.0-or-later
// Does one frame come after another, at the film's rate? Private to src/.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "src/verify/checked_film.h"
#include "src/verify/findings.h"
#include "src/verify/frame_clock.h"

namespace lifereel {

/// Numbers the pictures by their timestamps and thereby knows where in the film the others are.
class TimestampsCheck {
 public:
  TimestampsCheck(const CheckedFilm& film, Findings& findings);

  /// The film goes on elsewhere: what lies before `frame` is on the way there.
  void go_to(std::int64_t frame);
  /// A packet of the video, of that number in the film where all of it is read.
  void see(const ScannedPacket& packet, std::int64_t number);
  /// The picture's place in the film; std::nullopt on the way to a point.
  std::optional<std::int64_t> see(const ScannedPicture& picture);
  /// No picture follows the last one.
  void finish() { faults_.finish(); }
  void conclude();

  bool on_the_way() const { return on_the_way_; }
  const std::optional<std::int64_t>& last_frame() const { return last_frame_; }
  /// Where the film is, for what has no time of its own.
  std::int64_t present_frame() const { return last_frame_ ? *last_frame_ + 1 : begin_; }
  /// Of the film's first picture, in the container's time.
  const std::optional<std::int64_t>& first_ticks() const { return first_time_; }
  /// Where frame 0 lies, in frames of the container's time, as time is counted now.
  std::int64_t origin_frame() const { return origin_ ? clock_.frame(*origin_) : 0; }

 private:
  std::int64_t place(const ScannedPicture& picture);

  const CheckedFilm& film_;
  Findings& findings_;
  const FrameClock clock_;
  Unwrapper picture_times_, decoding_times_;
  std::optional<std::int64_t> origin_;      // ticks of frame 0, as time is counted now
  std::optional<std::int64_t> first_time_;  // ticks of the first picture
  std::int64_t last_time_ = 0;
  std::optional<std::int64_t> last_frame_, last_decoding_time_;
  std::int64_t begin_ = 0;     // frame from which the film is looked at
  std::int64_t pictures_ = 0;  // since then
  // Of containers that are not exact: whether a packet's time of showing differs from its time of
  // decoding, and whether pictures come against their times, which are none of showing then.
  bool order_told_ = false, unordered_ = false;
  std::vector<Streak::Stretch> doubtful_;
  bool on_the_way_ = false;
  Streak faults_;
};

}  // namespace lifereel
