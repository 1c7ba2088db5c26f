// SPDX-License-Identifier: GPL-2.0-or-later
// Has the film as many pictures, and does it last as long, as it says? Private to src/.
#pragma once

#include <cstdint>
#include <optional>

#include "src/verify/checked_film.h"
#include "src/verify/findings.h"

namespace lifereel {

/// The checks "frames" and "duration".
class LengthCheck {
 public:
  LengthCheck(const CheckedFilm& film, Findings& findings) : film_(film), findings_(findings) {}

  /// A packet of the video; returns how many came before it.
  std::int64_t see(const ScannedPacket&) { return packets_++; }
  void see(const ScannedPicture&) { ++pictures_; }
  void conclude_frames(VerifyReport& report);
  struct Played {
    std::optional<std::int64_t> last_frame;
    double begin_seconds = 0;             ///< of the first picture, in the container's time
    std::optional<double> sound_seconds;  ///< as long as it lasts, where there is any
  };
  void conclude_duration(VerifyReport& report, const Played& played);

  std::int64_t pictures() const { return pictures_; }

 private:
  void hold_against_container(double pictures_seconds, const Played& played);

  const CheckedFilm& film_;
  Findings& findings_;
  std::int64_t packets_ = 0, pictures_ = 0;
};

}  // namespace lifereel
