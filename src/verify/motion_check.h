// SPDX-License-Identifier: GPL-2.0-or-later
// Does anything move in the film? Pictures that are black or stand still. Private to src/.
#pragma once

#include <cstdint>
#include <optional>

#include "encoders/read/film_scan.h"
#include "src/verify/findings.h"
#include "src/verify/plane_copy.h"

namespace lifereel {

/// Black pictures, and pictures that stand still. All pictures have one size.
class MotionCheck {
 public:
  MotionCheck(Findings& findings, Rational rate);

  /// `universe` is its picture of the same frame, where it is known: what stands still there may
  /// stand still in the film.
  void see(const ScannedPicture& picture, std::int64_t frame, bool black,
           const std::optional<PlaneView>& universe);
  /// No picture follows the last one.
  void finish();
  /// `seen`: there were pictures, and something could be seen of all of them.
  void conclude(bool seen);

 private:
  void finish_still();

  Findings& findings_;
  const Rational rate_;
  Streak black_;
  // Pictures are held against the first of those that look alike, so that slow motion counts.
  ScannedPicture still_;
  PlaneCopy still_universe_;
  std::int64_t first_ = 0, last_ = 0;
  bool all_black_ = false, universe_known_ = false, universe_moves_ = false;
};

}  // namespace lifereel
