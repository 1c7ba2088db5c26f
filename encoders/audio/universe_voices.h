// SPDX-License-Identifier: GPL-2.0-or-later
// The sound of a universe, made of how its species move. Internal to encoders/.
//
// Note: [Voices]
// Every species is a voice. It hums two tones that beat slowly, as loud as its particles are fast
// beside those of the whole universe of late, and from where its motion is. The further its
// particles have come, the further turns a wheel, and with each turn the voice strikes a bell: so
// the rhythm is the universe's, and as uneven; where its motion is decides on the bell's pitch.
// Root and scale come from the first frame. All of it rings on in a small hall.
//
// Everything is calculated in integers: the same samples on every machine. Controls change every 64
// samples and amplitudes run straight between; tones are pairs of parabolas.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "encoders/film_settings.h"
#include "sim/species_motion.h"

namespace lifereel {

/// Stereo at 48 kHz. One thread at a time.
class UniverseVoices {
 public:
  static constexpr int sample_rate = 48000;
  static constexpr int block_samples = 64;

  /// Of a film in which every frame has so many species (1 to 32).
  UniverseVoices(int species, Rational frames_per_second);

  /// The next frame's motion, one of each species.
  void add_frame(std::span<const SpeciesMotion> motion);

  /// Samples that the frames so far are long.
  std::int64_t samples_known() const noexcept { return end_; }
  std::int64_t samples_taken() const noexcept { return taken_; }

  /// Loudness is about nominal_lufs, whatever the universe, times this; 1 in the beginning.
  static constexpr double nominal_lufs = -20;
  void set_gain(double gain);

  /// The next samples of both channels, as many of each, no more than are known. None is beyond
  /// -0.82 or 0.82: what would be louder lowers all around it, a block ahead, for a while.
  void take(std::span<float> left, std::span<float> right);

 private:
  static constexpr int most_bells = 3, partials = 3, humming = 3, hall_lines = 4;

  static constexpr int gain_bits = 12;
  /// 2^-23.
  using Samples = std::array<std::int32_t, block_samples>;

  struct Tone {
    std::uint32_t phase = 0, increment = 0;
    std::int32_t from = 0, to = 0;  // amplitude where the block begins and ends, 2^-23
  };
  struct Bell {
    Tone partial[partials];
  };
  struct Voice {
    Tone hum[humming];
    Bell bells[most_bells];
    int next_bell = 0;
    std::int32_t level = 0;   // 2^-12 of the universe's mean
    std::int32_t across = 0;  // 2^-16: 0 left, 1 right
    std::int32_t down = 0;    // 2^-16: 0 above, 1 below
    std::int64_t wheel = 0;   // sum of levels
  };
  struct HallLine {
    std::vector<std::int32_t> samples;  // a ring
    std::size_t at = 0;
    std::int32_t last = 0;
  };

  void tune(std::span<const SpeciesMotion> motion);
  void next_block();
  void begin_block(std::int64_t first_sample);
  void follow(Voice& voice, const SpeciesMotion& motion);
  void strike(Voice& voice);
  static void fade(Voice& voice, std::int32_t hum_amplitude);
  void sound_block();
  void sound_voice(Voice& voice);
  void add_hall();
  void limit();
  std::int64_t first_sample_of(std::int64_t frame) const;
  std::uint32_t increment_of(int degree, int octave) const;

  const int species_;
  const Rational rate_;
  std::int64_t frames_ = 0;  // added
  std::int64_t end_ = 0;
  std::int64_t taken_ = 0;
  std::vector<SpeciesMotion> motion_;  // of the frames that blocks may still need
  std::int64_t first_kept_ = 0;        // their first

  std::vector<Voice> voices_;
  std::int64_t mean_speed_ = 0;  // 2^-26 pixel per unit of time, root of the mean square, of late
  int root_hertz_ = 0, scale_ = 0;
  std::int32_t hum_amplitude_, bell_amplitude_;
  std::array<HallLine, hall_lines> hall_;
  std::int32_t gain_ = 1 << gain_bits;
  Samples left_{}, right_{};              // the block that was made last
  Samples shown_left_{}, shown_right_{};  // the one before, limited, which is being taken
  std::int32_t limit_ = 1 << gain_bits;   // gain where the block that was made last begins
};

}  // namespace lifereel
