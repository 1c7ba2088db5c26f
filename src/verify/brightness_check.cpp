// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/brightness_check.h"

#include <algorithm>
#include <utility>

#include "src/pictures/planes.h"
#include "src/text/format.h"
#include "src/text/time_code.h"

namespace lifereel {
namespace {

constexpr std::int64_t most_stills = 20;
// Gray levels. A universe's picture has 255 in it wherever the universe has a particle.
constexpr double darkest_maximum = 25;
// The published checklist: a quiet picture's mean is above 5, an active one's above 15.
constexpr double quiet_mean = 5;
constexpr double active_mean = 15;

}  // namespace

BrightnessCheck::BrightnessCheck(const CheckedFilm& film, const std::string& contact_sheet,
                                 Findings& findings)
    : film_(film), sheet_path_(contact_sheet), findings_(findings) {
  const std::int64_t frames = film.likely_frames;
  const std::int64_t count =
      film.whole() ? std::clamp<std::int64_t>(frames, 1, most_stills) : film.points;
  if (film.whole())
    for (std::int64_t i = 0; i < count; ++i)
      still_frames_.push_back((2 * i + 1) * frames / (2 * count));
  if (contact_sheet.empty()) return;
  const Rational pixel = film.video.sample_aspect;
  const double aspect = pixel.num > 0 ? std::clamp(pixel.value(), 0.25, 4.0) : 1.0;
  sheet_.emplace(static_cast<int>(count), std::max(1, film.video.width),
                 std::max(1, film.video.height), aspect);
}

bool BrightnessCheck::see(const ScannedPicture& picture, std::int64_t frame, bool begins_point) {
  const Brightness luma = brightness(picture.view.planes[0]);
  const bool full_range = picture.view.colour.range == ColourRange::full;
  const auto gray = [&](double level) {
    return full_range ? std::min(level, 255.0) : expand_range(level);
  };
  const double mean = gray(luma.mean), maximum = gray(luma.maximum);
  if (is_still(frame, begins_point)) {
    stills_.push_back({frame, time_code(frame, film_.rate), mean, maximum});
    if (sheet_) sheet_->add(picture.view, time_code(frame, film_.rate));
  }
  return maximum <= darkest_maximum;
}

bool BrightnessCheck::is_still(std::int64_t frame, bool begins_point) {
  if (!film_.whole()) return begins_point;
  bool due = false;
  for (; next_still_ < still_frames_.size() && still_frames_[next_still_] <= frame; ++next_still_)
    due = true;
  return due;
}

void BrightnessCheck::conclude(VerifyReport& report) {
  if (stills_.empty()) {
    findings_.leave_out("brightness", "no picture was seen");
    return;
  }
  double least = 255, most = 0;
  std::int64_t active = 0, dim = 0;
  const VerifyBrightness* dimmest = nullptr;
  for (const VerifyBrightness& still : stills_) {
    least = std::min(least, still.mean);
    most = std::max(most, still.mean);
    if (still.mean > active_mean) ++active;
    // Black ones are errors of another check.
    if (still.mean > quiet_mean || still.maximum <= darkest_maximum) continue;
    ++dim;
    if (dimmest == nullptr || still.mean < dimmest->mean) dimmest = &still;
  }
  const auto seen = static_cast<std::int64_t>(stills_.size());
  if (dimmest != nullptr)
    findings_.warn("brightness", dimmest->frame,
                   format("%lld of %lld pictures looked at are dim, a mean of %.0f or less; "
                          "the dimmest has %.2f",
                          static_cast<long long>(dim), static_cast<long long>(seen), quiet_mean,
                          dimmest->mean));
  findings_.conclude("brightness", format("mean %.1f to %.1f in %s, %lld above %.0f", least, most,
                                          count_text(seen, "picture", "pictures").c_str(),
                                          static_cast<long long>(active), active_mean));
  report.brightness = std::move(stills_);
}

void BrightnessCheck::write_contact_sheet() {
  if (sheet_) sheet_->write(sheet_path_);
}

}  // namespace lifereel
