// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/universe_sound.h"

#include <algorithm>
#include <array>
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
  leave_out_owed();
  const std::int64_t known = voices_ ? voices_->samples_known() - voices_->samples_taken() : 0;
  const auto heard = static_cast<std::size_t>(std::min<std::int64_t>(count, known));
  if (heard > 0) voices_->take({left, heard}, {right, heard});
  std::fill(left + heard, left + count, 0.0F);
  std::fill(right + heard, right + count, 0.0F);
  fades_.apply(1, position_, left, right, count);
  position_ += count;
  owed_ += count - static_cast<std::int64_t>(heard);
}

void UniverseSound::leave_out_owed() {
  std::array<float, 256> left{}, right{};
  while (voices_ && owed_ > 0) {
    const std::int64_t known = voices_->samples_known() - voices_->samples_taken();
    const auto now =
        static_cast<std::size_t>(std::min({owed_, known, static_cast<std::int64_t>(left.size())}));
    if (now == 0) return;
    voices_->take({left.data(), now}, {right.data(), now});
    owed_ -= static_cast<std::int64_t>(now);
  }
}

}  // namespace lifereel
