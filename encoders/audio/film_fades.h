// SPDX-License-Identifier: GPL-2.0-or-later
// How a film's sound comes in at its begin and goes out at its end. Internal to encoders/.
#pragma once

#include <algorithm>
#include <cstdint>

#include "encoders/audio/audio_source.h"
#include "encoders/film_settings.h"

namespace lifereel {

class FilmFades {
 public:
  FilmFades(const AudioSettings& settings, std::int64_t film_samples)
      : in_(settings.fade_in * AudioSource::sample_rate),
        out_(settings.fade_out * AudioSource::sample_rate),
        film_samples_(static_cast<double>(film_samples)) {}

  /// Of the film's samples from `position` on, of both channels, times `gain`.
  void apply(double gain, std::int64_t position, float* left, float* right, int count) const {
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<double>(position + i) + 0.5;
      const double faded = gain * risen(at, in_) * risen(film_samples_ - at, out_);
      left[i] = static_cast<float>(faded * left[i]);
      right[i] = static_cast<float>(faded * right[i]);
    }
  }

 private:
  /// From 0 to 1, without a corner at either end; exact arithmetic, the same everywhere.
  static double risen(double at, double length) {
    if (at >= length) return 1;
    const double part = std::max(0.0, at / length);
    return part * part * (3 - 2 * part);
  }

  const double in_, out_, film_samples_;
};

}  // namespace lifereel
