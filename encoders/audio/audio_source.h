// SPDX-License-Identifier: GPL-2.0-or-later
// Where a film's sound comes from. Internal to encoders/.
#pragma once

namespace lifereel {

/// Sound from a film's first picture on, pulled in the film's order, stereo and 48 000 samples a
/// second of each channel; 1 is full scale, which samples may exceed. One thread at a time.
class AudioSource {
 public:
  static constexpr int sample_rate = 48000;
  static constexpr int channels = 2;

  virtual ~AudioSource() = default;
  /// The next `count` samples of both channels; zeros where there is no more sound.
  virtual void read(float* left, float* right, int count) = 0;
};

}  // namespace lifereel
