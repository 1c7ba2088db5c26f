// SPDX-License-Identifier: GPL-2.0-or-later
// Files of sound for tests, written by hand.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

namespace lifereel::test {

struct WaveShape {
  int channels = 2;
  int sample_rate = 44100;
  double seconds = 1;
};

/// A sample, -1 to 1, of a channel at a time in seconds.
using Wave = std::function<double(double, int)>;

inline double tone(double seconds, int channel) {
  return 0.3 * std::sin(2 * std::numbers::pi * (channel == 0 ? 441 : 660) * seconds);
}

/// RIFF, 16 bits.
inline void write_wave(const std::string& path, const WaveShape& shape, const Wave& wave = tone) {
  const auto frames = static_cast<std::uint32_t>(shape.seconds * shape.sample_rate);
  const auto channels = static_cast<std::uint32_t>(shape.channels);
  const auto rate = static_cast<std::uint32_t>(shape.sample_rate);
  const std::uint32_t bytes = frames * channels * 2;
  std::string file;
  const auto number = [&file](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) file += static_cast<char>(value >> (8 * i) & 255);
  };
  file += "RIFF";
  number(36 + bytes, 4);
  file += "WAVEfmt ";
  number(16, 4);
  number(1, 2);
  number(channels, 2);
  number(rate, 4);
  number(rate * channels * 2, 4);
  number(channels * 2, 2);
  number(16, 2);
  file += "data";
  number(bytes, 4);
  for (std::uint32_t i = 0; i < frames; ++i)
    for (int c = 0; c < shape.channels; ++c) {
      const double value = wave(static_cast<double>(i) / shape.sample_rate, c);
      number(static_cast<std::uint32_t>(std::lrint(32767 * std::clamp(value, -1.0, 1.0))), 2);
    }
  std::ofstream(path, std::ios::binary) << file;
}

}  // namespace lifereel::test
