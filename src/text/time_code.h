// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "encoders/film.h"
#include "src/text/format.h"

namespace lifereel {

/// Frames that a time code counts to a second: 30 for 30000/1001, none dropped, as in a GOP header.
inline std::int64_t nominal_rate(Rational frames_per_second) {
  return std::max<std::int64_t>(
      1, (std::int64_t{frames_per_second.num} + frames_per_second.den / 2) / frames_per_second.den);
}

/// hh:mm:ss:ff of a frame, 0 or more.
inline std::string time_code(std::int64_t frame, Rational frames_per_second) {
  const std::int64_t rate = nominal_rate(frames_per_second);
  const std::int64_t seconds = frame / rate;
  return format("%02lld:%02lld:%02lld:%02lld", static_cast<long long>(seconds / 3600),
                static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60),
                static_cast<long long>(frame % rate));
}

}  // namespace lifereel
