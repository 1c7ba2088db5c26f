// SPDX-License-Identifier: GPL-2.0-or-later
// A program stream's clock: times are ticks of 27 MHz that never wrap, unless their name says 90
// kHz. Internal to encoders/.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace lifereel {

inline constexpr std::int64_t clock_rate = 27'000'000;
inline constexpr std::int64_t ticks_per_90khz = 300;
/// A byte at a mux rate of 1, which is 50 bytes per second.
inline constexpr std::int64_t ticks_per_unit_rate = clock_rate / 50;
/// Times are written with 33 bits.
inline constexpr std::int64_t clock_wrap_90khz = std::int64_t{1} << 33;

inline double stream_seconds(std::int64_t ticks) { return static_cast<double>(ticks) / clock_rate; }

inline std::string milliseconds_text(std::int64_t ticks) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms", 1000 * stream_seconds(ticks));
  return text;
}

}  // namespace lifereel
