// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/universe_check.h"

#include <algorithm>
#include <stdexcept>

#include "src/pictures/planes.h"
#include "src/pipeline/cancellation.h"
#include "src/render.h"
#include "src/settings/validation.h"
#include "src/text/format.h"
#include "src/text/time_code.h"

namespace lifereel {
namespace {

/// Of an encoded picture and the universe's; no bitrate that anybody would choose comes near it.
constexpr double least_decibels = 20;
/// The same of chroma, which lies nearer together: less is colour that is missing or wrong, unless
/// the universe's own colour is so strong that this is a small part of it.
constexpr double least_chroma_decibels = 30;
constexpr double most_chroma_share = 0.25;
/// A picture that differs so much less from a neighbour of its own universe's picture is displaced;
/// what lasts for a second is no matter of bitrate.
constexpr double displaced_share = 0.9;

/// The mean square of what is colour in a plane of chroma.
double colour_square(const PlaneView& plane) {
  const std::vector<std::uint8_t> neutral(static_cast<std::size_t>(plane.width), neutral_chroma);
  return mean_square_difference(plane, {neutral.data(), 0, plane.width, plane.height});
}

}  // namespace

UniverseComparison::UniverseComparison(Findings& findings, const RenderSettings& film,
                                       const EngineSettings& engine, const PictureFormat& format,
                                       const JobControl& control)
    : findings_(findings),
      frames_(frame_count(film)),
      warmup_(film.warmup),
      second_(nominal_rate(film.film.frames_per_second)),
      control_(control),
      engine_(make_engine(film.universe, engine, control.notice)),
      universe_(*engine_, format),
      unlike_(second_, findings, "universe") {}

std::optional<PlaneView> UniverseComparison::see(const ScannedPicture& picture,
                                                 std::int64_t frame) {
  const std::int64_t between = warmup_ + frame - universe_.frames();
  if (frame >= frames_ || between < 0) return std::nullopt;
  try {
    universe_.pass(between, control_);
    const CancellableSteps cancellable(*engine_, control_.cancel);
    universe_.next();
  } catch (const Cancelled&) {
    return std::nullopt;  // whoever shows the pictures sees the flag, too
  }
  const PictureView drawn = view(universe_.picture());
  const PlaneView& film = picture.view.planes[0];
  const PlaneView& universe = drawn.planes[0];

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
  compare_chroma(picture.view, drawn, frame);

  displaced_pictures_ = displaced(picture, frame, mean_square) ? displaced_pictures_ + 1 : 0;
  if (displaced_pictures_ >= second_)
    unlike_.add(frame - second_ + 1, 1,
                "for a second the pictures are nearer to the universe's a frame before or after");
  last_picture_ = picture;
  last_universe_.assign(universe);
  last_frame_ = frame;
  return universe;
}

void UniverseComparison::compare_chroma(const PictureView& film, const PictureView& universe,
                                        std::int64_t frame) {
  if (film.plane_count < 3 || universe.plane_count < 3) return;
  double squares[2] = {};
  for (int channel = 1; channel < 3; ++channel) {
    const PlaneView& a = film.planes[channel];
    const PlaneView& b = universe.planes[channel];
    if (a.width != b.width || a.height != b.height) return;  // not 4:2:0
    squares[channel - 1] = mean_square_difference(a, b);
    chroma_squares_[channel - 1] += squares[channel - 1];
  }
  ++chroma_compared_;
  const int plane = squares[0] > squares[1] ? 0 : 1;
  const double worse = decibels(squares[plane]);
  if (worse < least_chroma_decibels &&
      squares[plane] > most_chroma_share * colour_square(universe.planes[plane + 1]))
    unlike_.add(frame, 1,
                format("the picture's colours are not the universe's: PSNR of %s %.1f dB, less "
                       "than %.0f",
                       plane == 0 ? "Cb" : "Cr", worse, least_chroma_decibels));
}

// A film with a picture too many or too few is a frame late or early from there on.
bool UniverseComparison::displaced(const ScannedPicture& picture, std::int64_t frame,
                                   double mean_square) const {
  if (!last_picture_.owner || frame != last_frame_ + 1) return false;
  const double late = mean_square_difference(picture.view.planes[0], last_universe_.view());
  const double early =
      mean_square_difference(last_picture_.view.planes[0], universe_.picture().plane(0));
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
  if (chroma_compared_ > 0) {
    report.psnr_cb_mean = decibels(chroma_squares_[0] / static_cast<double>(chroma_compared_));
    report.psnr_cr_mean = decibels(chroma_squares_[1] / static_cast<double>(chroma_compared_));
  }
  const bool same_colours = chroma_squares_[0] == 0 && chroma_squares_[1] == 0;
  const std::string pictures = count_text(compared_, "picture", "pictures");
  if (worst_square_ == 0 && same_colours)
    findings_.conclude("universe", pictures + ", all equal to the universe's");
  else
    findings_.conclude("universe",
                       format("%s, PSNR mean %.2f dB, least %.2f at %s, SSIM mean %.4f, least %.4f",
                              pictures.c_str(), *report.psnr_luma_mean, *report.psnr_luma_minimum,
                              time_code(worst_frame_, rate).c_str(), *report.ssim_luma_mean,
                              *report.ssim_luma_minimum) +
                           (same_colours ? std::string()
                                         : format(", PSNR of Cb %.2f, of Cr %.2f",
                                                  *report.psnr_cb_mean, *report.psnr_cr_mean)));
}

void UniverseCheck::start(const EngineSettings& engine, const JobControl& control) {
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
  check_pixel_format(*film_.settings);
  const PixelFormat format =
      video.pixel_format == "gray" ? PixelFormat::gray8 : film_.settings->film.pixel_format;
  comparison_.emplace(findings_, *film_.settings, engine,
                      format_for_size(format, universe.width, universe.height), control);
}

std::optional<PlaneView> UniverseCheck::see(const ScannedPicture& picture, std::int64_t frame) {
  if (!comparison_) return std::nullopt;
  return comparison_->see(picture, frame);
}

void UniverseCheck::finish() {
  if (comparison_) comparison_->finish();
}

void UniverseCheck::conclude(VerifyReport& report) {
  if (!asked_for_)
    findings_.leave_out("universe", "compared on request: against-universe");
  else if (comparison_)
    comparison_->conclude(report, film_.rate);
  else
    findings_.conclude("universe", "not compared");
}

}  // namespace lifereel
