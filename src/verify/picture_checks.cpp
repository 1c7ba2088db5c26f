// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/picture_checks.h"

#include <algorithm>

#include "src/render.h"
#include "src/text/format.h"
#include "src/text/time_code.h"

namespace lifereel {
namespace {

/// So long must a picture stand still to be worth a finding.
constexpr double frozen_seconds = 1;
/// Of an encoded picture and the universe's; no bitrate that anybody would choose comes near it.
constexpr double least_decibels = 20;
/// A picture that differs so much less from a neighbour of its own universe's picture is displaced;
/// what lasts for a second is no matter of bitrate.
constexpr double displaced_share = 0.9;

}  // namespace

void LumaCopy::assign(const LumaView& picture) {
  width_ = picture.width;
  height_ = picture.height;
  luma_.clear();
  for (int y = 0; y < height_; ++y)
    luma_.insert(luma_.end(), picture.row(y), picture.row(y) + width_);
}

MotionCheck::MotionCheck(Findings& findings, Rational rate)
    : findings_(findings), rate_(rate), black_(1, [&findings](const Streak::Stretch& stretch) {
        findings.error("motion", stretch.first, stretch.last,
                       count_text(stretch.events, "picture is", "pictures are") + " black");
      }) {}

void MotionCheck::see(const ScannedPicture& picture, std::int64_t frame, bool black,
                      const std::optional<LumaView>& universe) {
  if (black) black_.add(frame);
  const bool follows = still_.owner && frame == last_ + 1;
  if (follows && !differs(luma_view(still_), luma_view(picture))) {
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
  if (seconds < frozen_seconds || all_black_ || (universe_known_ && !universe_moves_)) return;
  findings_.error(
      "motion", first_, last_,
      format("the picture stands still for %.2f s", seconds) +
          (universe_known_ ? ", but its universe does not"
                           : "; --against-universe tells whether its universe does, too"));
}

UniverseComparison::UniverseComparison(Findings& findings, const RenderSettings& film,
                                       const EngineSettings& engine, PixelFormat format,
                                       const std::atomic<bool>* cancel)
    : findings_(findings),
      frames_(frame_count(film)),
      second_(nominal_rate(film.film.frames_per_second)),
      cancel_(cancel),
      engine_(make_engine(film.universe, engine)),
      universe_(*engine_, format),
      unlike_(second_, findings, "universe") {}

std::optional<LumaView> UniverseComparison::see(const ScannedPicture& picture, std::int64_t frame) {
  if (frame >= frames_ || frame < universe_.frames()) return std::nullopt;
  while (universe_.frames() <= frame) {
    if (cancel_ != nullptr && cancel_->load(std::memory_order_relaxed)) return std::nullopt;
    universe_.next();
  }
  const LumaView film = luma_view(picture);
  const LumaView universe = luma_view(universe_.picture());

  const double mean_square = mean_square_difference(film, universe);
  const double similarity = structural_similarity(film, universe);
  squares_ += mean_square;
  similarities_ += similarity;
  least_similarity_ = std::min(least_similarity_, similarity);
  if (compared_++ == 0 || mean_square > worst_square_) {
    worst_square_ = mean_square;
    worst_frame_ = frame;
  }
  if (decibels(mean_square) < least_decibels)
    unlike_.add(frame, 1,
                format("the picture is not the universe's: PSNR %.1f dB, less than %.0f",
                       decibels(mean_square), least_decibels));

  displaced_pictures_ = displaced(picture, frame, mean_square) ? displaced_pictures_ + 1 : 0;
  if (displaced_pictures_ >= second_)
    unlike_.add(frame - second_ + 1, 1,
                "for a second the pictures are nearer to the universe's a frame before or after");
  last_picture_ = picture;
  last_universe_.assign(universe);
  last_frame_ = frame;
  return universe;
}

// A film with a picture too many or too few is a frame late or early from there on.
bool UniverseComparison::displaced(const ScannedPicture& picture, std::int64_t frame,
                                   double mean_square) const {
  if (!last_picture_.owner || frame != last_frame_ + 1) return false;
  const double late = mean_square_difference(luma_view(picture), last_universe_.view());
  const double early =
      mean_square_difference(luma_view(last_picture_), luma_view(universe_.picture()));
  return std::min(late, early) < displaced_share * mean_square;
}

void UniverseComparison::conclude(VerifyReport& report, Rational rate) {
  report.frames_compared = compared_;
  if (compared_ == 0) {
    findings_.error("universe", "no picture could be compared");
    findings_.conclude("universe", "not compared");
    return;
  }
  const auto compared = static_cast<double>(compared_);
  report.psnr_luma_mean = decibels(squares_ / compared);
  report.psnr_luma_minimum = decibels(worst_square_);
  report.ssim_luma_mean = similarities_ / compared;
  report.ssim_luma_minimum = least_similarity_;
  const std::string pictures = count_text(compared_, "picture", "pictures");
  if (worst_square_ == 0)
    findings_.conclude("universe", pictures + ", all equal to the universe's");
  else
    findings_.conclude("universe",
                       format("%s, PSNR mean %.2f dB, least %.2f at %s, SSIM mean %.4f, least %.4f",
                              pictures.c_str(), *report.psnr_luma_mean, *report.psnr_luma_minimum,
                              time_code(worst_frame_, rate).c_str(), *report.ssim_luma_mean,
                              *report.ssim_luma_minimum));
}

}  // namespace lifereel
