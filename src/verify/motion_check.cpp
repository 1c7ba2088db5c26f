// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/motion_check.h"

#include "src/pictures/planes.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

/// So long must a picture stand still to be worth a finding.
constexpr double frozen_seconds = 1;

}  // namespace

MotionCheck::MotionCheck(Findings& findings, Rational rate)
    : findings_(findings), rate_(rate), black_(1, [&findings](const Streak::Stretch& stretch) {
        findings.error("motion", stretch.first, stretch.last,
                       count_text(stretch.events, "picture is", "pictures are") + " black");
      }) {}

void MotionCheck::see(const ScannedPicture& picture, std::int64_t frame, bool black,
                      const std::optional<PlaneView>& universe) {
  if (black) black_.add(frame);
  const bool follows = still_.owner && frame == last_ + 1;
  if (follows && !differs(still_.view.planes[0], picture.view.planes[0])) {
    last_ = frame;
    all_black_ = all_black_ && black;
    universe_known_ = universe_known_ && universe;
    if (universe_known_ && !universe_moves_)
      universe_moves_ = differs(still_universe_.view(), *universe);
    return;
  }
  finish_still();
  still_ = picture;
  first_ = last_ = frame;
  all_black_ = black;
  universe_known_ = universe.has_value();
  universe_moves_ = false;
  if (universe) still_universe_.assign(*universe);
}

void MotionCheck::finish() {
  finish_still();
  black_.finish();
}

void MotionCheck::conclude(bool seen) {
  if (seen)
    findings_.conclude("motion", "looked for black pictures and for those that stand still");
  else
    findings_.leave_out("motion", "no picture was seen");
}

void MotionCheck::finish_still() {
  if (!still_.owner) return;
  still_ = {};
  const double seconds = static_cast<double>(last_ - first_ + 1) / rate_.value();
  if (first_ == last_ || seconds < frozen_seconds || all_black_ ||
      (universe_known_ && !universe_moves_))
    return;
  findings_.error(
      "motion", first_, last_,
      format("the picture stands still for %.2f s", seconds) +
          (universe_known_ ? ", but its universe does not"
                           : "; against-universe tells whether its universe does, too"));
}

}  // namespace lifereel
