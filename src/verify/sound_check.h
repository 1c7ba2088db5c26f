// SPDX-License-Identifier: GPL-2.0-or-later
// Is the sound of a film of lifereel's as long and as loud as its settings say? Private to src/.
#pragma once

#include <cstdint>

#include "src/verify/checked_film.h"
#include "src/verify/findings.h"
#include "src/verify/timestamps_check.h"

namespace lifereel {

class SoundCheck {
 public:
  /// `pictures` tells how long the film is.
  SoundCheck(const CheckedFilm& film, const TimestampsCheck& pictures, Findings& findings)
      : film_(film), pictures_(pictures), findings_(findings) {}

  /// Of a whole film whose settings say that it has sound.
  void conclude(VerifyReport& report, const ScannedSound& sound);

 private:
  void check_length(const ScannedSound& sound);
  void check_begin(const ScannedSound& sound);
  void check_loudness(const ScannedSound& sound);

  const CheckedFilm& film_;
  const TimestampsCheck& pictures_;
  Findings& findings_;
};

}  // namespace lifereel
