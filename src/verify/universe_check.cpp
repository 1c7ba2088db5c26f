// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/universe_check.h"

#include <stdexcept>

#include "src/text/format.h"

namespace lifereel {

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
