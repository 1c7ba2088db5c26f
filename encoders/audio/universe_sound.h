// SPDX-License-Identifier: GPL-2.0-or-later
// The sound of a film's universe (Note: [Voices]), as a film has it. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "encoders/audio/audio_source.h"
#include "encoders/audio/film_fades.h"
#include "encoders/audio/universe_voices.h"
#include "encoders/film_settings.h"

namespace lifereel {

/// What is read of frames whose motion has not been added yet is silence, as what an encoder
/// swallows before the film begins, and the voices' own samples of that time are left out.
class UniverseSound final : public AudioSource {
 public:
  UniverseSound(const AudioSettings& settings, Rational frames_per_second,
                std::int64_t film_samples);

  /// The next frame's motion. Throws std::invalid_argument for as many species as no frame before
  /// had.
  void add_frame(std::span<const SpeciesMotion> motion);
  void read(float* left, float* right, int count) override;

  /// What brings UniverseVoices::nominal_lufs to the loudness that was asked for.
  double gain_db() const noexcept { return gain_db_; }

 private:
  void leave_out_owed();

  const Rational rate_;
  const FilmFades fades_;
  double gain_db_ = 0;
  std::optional<UniverseVoices> voices_;  // once it is known how many
  std::int64_t position_ = 0;
  std::int64_t owed_ = 0;  // samples read before the voices had them
};

}  // namespace lifereel
