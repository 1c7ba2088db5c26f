// SPDX-License-Identifier: GPL-2.0-or-later
// Can the film be decoded without errors? Private to src/.
#pragma once

#include <cstdint>

#include "src/verify/checked_film.h"
#include "src/verify/findings.h"

namespace lifereel {

class DecodingCheck {
 public:
  DecodingCheck(const CheckedFilm& film, Findings& findings);

  void see(const ScannedDamage& damage, std::int64_t frame);
  void see(const ScannedPicture& picture, std::int64_t frame);
  /// No picture follows the last one.
  void finish() { damage_.finish(); }
  /// The film was read with so many packets of sound.
  void conclude(VerifyReport& report, std::int64_t sound_packets);

 private:
  const CheckedFilm& film_;
  Findings& findings_;
  std::int64_t errors_ = 0;
  Streak damage_;
};

}  // namespace lifereel
