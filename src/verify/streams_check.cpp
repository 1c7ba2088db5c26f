// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/streams_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "src/text/format.h"
#include "src/text/time_code.h"

namespace lifereel {
namespace {

/// Files know two of libavcodec's formats by the names of the formats that they are kinds of.
std::string name_in_files(const std::string& format) {
  if (format == "h263p") return "h263";
  if (format == "ljpeg") return "mjpeg";
  return format;
}

}  // namespace

StreamsCheck::StreamsCheck(const CheckedFilm& film, Findings& findings)
    : film_(film),
      findings_(findings),
      size_faults_(nominal_rate(film.rate), findings, "streams") {}

bool StreamsCheck::see(const ScannedPicture& picture, std::int64_t frame) {
  const ScannedStream& video = film_.video;
  if (picture.width != video.width || picture.height != video.height) {
    size_faults_.add(frame, 1,
                     format("a picture is %dx%d, not %dx%d", picture.width, picture.height,
                            video.width, video.height));
    return false;
  }
  if (picture.view.plane_count == 0) unseen_ = true;
  return picture.view.plane_count > 0;
}

void StreamsCheck::conclude() {
  if (!film_.settings_unreadable.empty())
    findings_.error("streams", "its own settings cannot be read: " + film_.settings_unreadable);
  if (film_.video.frames_per_second.num == 0 && !film_.unfiltered())
    findings_.warn("streams", {}, "the film has no frame rate; 25 is assumed");
  if (unseen_)
    findings_.warn("streams", {},
                   "pictures of the format " + film_.video.pixel_format +
                       " have no plane of luma, so nothing was seen of them");
  if (film_.settings) hold_against(*film_.settings);
  findings_.conclude("streams", film_.settings ? "held against the settings that the film carries"
                                               : "the film carries no settings of lifereel");
}

void StreamsCheck::hold_against(const RenderSettings& own) {
  const ScannedStream& video = film_.video;
  const auto demand = [&](bool kept, const std::string& sentence) {
    if (!kept) findings_.error("streams", sentence);
  };
  const std::string format_made = format_of_encoder(own.film.codec);
  demand(format_made.empty() || format_made == video.codec ||
             name_in_files(format_made) == video.codec,
         "the video is " + video.codec + ", its settings say " + own.film.codec);
  demand(own.film.target == DiscTarget::none || film_.audio, "the film has no sound");
  if (!film_.unfiltered()) return;
  demand(own.universe.width == video.width && own.universe.height == video.height,
         format("the pictures are %dx%d, its settings say %dx%d", video.width, video.height,
                own.universe.width, own.universe.height));
  const double pixel = video.sample_aspect.num > 0 ? video.sample_aspect.value() : 1;
  const double shown = video.width * pixel / std::max(1, video.height);
  demand(!own.film.aspect || std::abs(shown / own.film.aspect->value() - 1) < 0.02,
         format("the film is shown as %.3f:1, its settings say %d:%d", shown,
                own.film.aspect ? own.film.aspect->num : 0,
                own.film.aspect ? own.film.aspect->den : 0));
}

}  // namespace lifereel
