// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/universe_check.h"

#include <algorithm>
#include <stdexcept>

#include "src/render.h"
#include "src/text/format.h"
#include "src/text/time_code.h"

namespace lifereel {
namespace {

/// Of an encoded picture and the universe's; no bitrate that anybody would choose comes near it.
constexpr double least_decibels = 20;
/// A picture that differs so much less from a neighbour of its own universe's picture is displaced;
/// what lasts for a second is no matter of bitrate.
constexpr double displaced_share = 0.9;

}  // namespace

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

void UniverseCheck::start(const EngineSettings& engine, const std::atomic<bool>* cancel) {
  asked_for_ = true;
  if (!film_.settings)
    throw std::invalid_argument(
        "'" + film_.path + "' carries no settings of lifereel" +
        (film_.settings_unreadable.empty() ? "" : ": " + film_.settings_unreadable) +
        "; it cannot be compared with its universe");
  if (!film_.unfiltered())
    throw std::invalid_argument(
        "'" + film_.path +
        "' went through a filter chain; it cannot be compared with its universe");
  const UniverseSettings& universe = film_.settings->universe;
  const ScannedStream& video = film_.video;
  if (universe.width != video.width || universe.height != video.height) {
    findings_.error("universe", format("the film's pictures are %dx%d, its universe is %dx%d",
                                       video.width, video.height, universe.width, universe.height));
    return;
  }
  const bool gray = video.pixel_format == "gray";
  comparison_.emplace(findings_, *film_.settings, engine,
                      gray ? PixelFormat::gray8 : PixelFormat::yuv420p, cancel);
}

std::optional<LumaView> UniverseCheck::see(const ScannedPicture& picture, std::int64_t frame) {
  if (!comparison_) return std::nullopt;
  return comparison_->see(picture, frame);
}

void UniverseCheck::finish() {
  if (comparison_) comparison_->finish();
}

void UniverseCheck::conclude(VerifyReport& report) {
  if (!asked_for_)
    findings_.leave_out("universe", "compared with --against-universe");
  else if (comparison_)
    comparison_->conclude(report, film_.rate);
  else
    findings_.conclude("universe", "not compared");
}

}  // namespace lifereel
