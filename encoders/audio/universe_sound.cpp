// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/universe_sound.h"

#include <algorithm>
#include <cmath>

namespace lifereel {

UniverseSound::UniverseSound(const AudioSettings& settings, Rational frames_per_second,
                             std::int64_t film_samples)
    : rate_(frames_per_second), fades_(settings, film_samples) {
  if (settings.loudness) gain_db_ = *settings.loudness - UniverseVoices::nominal_lufs;
}

void UniverseSound::add_frame(std::span<const SpeciesMotion> motion) {
  if (!voices_) {
    voices_.emplace(static_cast<int>(motion.size()), rate_);
    voices_->set_gain(std::pow(10.0, gain_db_ / 20));
  }
  voices_->add_frame(motion);
}

void UniverseSound::read(float* left, float* right, int count) {
  const std::int64_t known = voices_ ? voices_->samples_known() - voices_->samples_taken() : 0;
  const auto heard = static_cast<std::size_t>(std::min<std::int64_t>(count, known));
  if (heard > 0) voices_->take({left, heard}, {right, heard});
  std::fill(left + heard, left + count, 0.0F);
  std::fill(right + heard, right + count, 0.0F);
  fades_.apply(1, position_, left, right, count);
  position_ += count;
}

}  // namespace lifereel
