// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/checked_film.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "encoders/dvd/dvd_check.h"
#include "encoders/film_reader.h"
#include "src/text/format.h"
#include "src/verify/frame_clock.h"

namespace lifereel {

CheckedFilm::CheckedFilm(const std::string& film_path, const ScannedFilm& scanned, int points_asked)
    : path(film_path),
      scan(scanned),
      video(scanned.streams[scanned.video]),
      audio(scanned.audio ? &scanned.streams[*scanned.audio] : nullptr),
      points(points_asked) {
  read_settings();
  rate = frame_rate();
  if (unfiltered()) expected_frames = frame_count(*settings);
  likely_frames = count_likely_frames();
  if (settings)
    target = settings->film.target;
  else if (program_stream())
    target = DvdCheck::target_of(video.width, video.height);
}

void CheckedFilm::read_settings() {
  std::string comment;
  try {
    comment = read_film_comment(path);
  } catch (const std::runtime_error& error) {
    settings_unreadable = error.what();
    return;
  }
  if (!comment.starts_with("# lifereel ")) return;
  try {
    RenderSettings own;
    apply_embedded_config(own, comment, "the film's settings",
                          FilmTrust::filters_and_codec_options);
    frame_count(own);
    settings = std::move(own);
  } catch (const std::invalid_argument& error) {
    settings_unreadable = error.what();
  }
}

Rational CheckedFilm::frame_rate() const {
  if (unfiltered()) return settings->film.frames_per_second;
  if (video.frames_per_second.num > 0) return video.frames_per_second;
  return {25, 1};
}

std::int64_t CheckedFilm::count_likely_frames() const {
  if (expected_frames) return std::min(*expected_frames, furthest_frame);
  if (video.declared_frames > 0) return std::min(video.declared_frames, furthest_frame);
  if (!scan.duration_seconds) return 0;
  return static_cast<std::int64_t>(
      std::min(static_cast<double>(furthest_frame), *scan.duration_seconds * rate.value() + 0.5));
}

bool CheckedFilm::exact_container() const {
  static constexpr std::string_view exact[] = {"mov,mp4", "matroska", "yuv4mpegpipe"};
  return disc() || std::any_of(std::begin(exact), std::end(exact), [&](std::string_view name) {
           return scan.container.starts_with(name);
         });
}

std::string describe(const ScannedStream& stream) {
  switch (stream.kind) {
    case ScannedStream::Kind::video: {
      std::string text = format("video: %s, %dx%d, %s", stream.codec.c_str(), stream.width,
                                stream.height, stream.pixel_format.c_str());
      const Rational rate = stream.frames_per_second;
      text +=
          rate.den == 1 ? format(", %d fps", rate.num) : format(", %d/%d fps", rate.num, rate.den);
      if (stream.sample_aspect.num > 0 && stream.sample_aspect.num != stream.sample_aspect.den)
        text += format(", shown as %.3f:1",
                       stream.width * stream.sample_aspect.value() / std::max(1, stream.height));
      return text;
    }
    case ScannedStream::Kind::audio: {
      std::string text = format("audio: %s, %d Hz, %d channels", stream.codec.c_str(),
                                stream.sample_rate, stream.channels);
      if (stream.bit_rate > 0)
        text += format(", %lld kb/s", static_cast<long long>(stream.bit_rate / 1000));
      return text;
    }
    case ScannedStream::Kind::other:
      break;
  }
  return "other: " + stream.codec;
}

}  // namespace lifereel
