// SPDX-License-Identifier: GPL-2.0-or-later
// The film that is verified, and what it says it should be. Private to src/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "encoders/read/film_scan.h"
#include "src/settings.h"

namespace lifereel {

/// What every check looks at; does not change while the film is read.
struct CheckedFilm {
  /// `scan` must outlive this object. `points` of the film are decoded; 0: all of it.
  CheckedFilm(const std::string& path, const ScannedFilm& scan, int points);

  const std::string path;
  const ScannedFilm& scan;
  const ScannedStream& video;
  const ScannedStream* const audio;  ///< nullptr: there is none
  const int points;

  std::optional<RenderSettings> settings;  ///< that the film carries
  std::string settings_unreadable;         ///< why there are none, where there should be
  Rational rate;
  std::optional<std::int64_t> expected_frames;  ///< by its settings
  std::int64_t likely_frames = 0;               ///< as far as the film says; 0: unknown
  DiscTarget target = DiscTarget::none;         ///< that it should suit

  bool whole() const { return points == 0; }
  /// Its settings say that it has sound, which they speak of.
  bool own_sound() const { return settings && settings->film.audio.given(); }
  /// Its settings speak of the pictures in the film only where no filter chain has changed them.
  bool unfiltered() const { return settings && settings->film.filter.empty(); }
  bool program_stream() const { return scan.container == "mpeg" && video.codec == "mpeg2video"; }
  bool disc() const { return target != DiscTarget::none && program_stream(); }
  /// Whether its container says of every picture when it is shown, and of the film how long it is.
  /// Others guess, leave out, or count otherwise, also where nothing is wrong.
  bool exact_container() const;
  double video_seconds(std::int64_t ticks) const {
    return static_cast<double>(ticks) * video.time_base.value();
  }

 private:
  void read_settings();
  Rational frame_rate() const;
  std::int64_t count_likely_frames() const;
};

/// A stream as a line of text.
std::string describe(const ScannedStream& stream);

}  // namespace lifereel
