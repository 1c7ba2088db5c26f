// SPDX-License-Identifier: GPL-2.0-or-later
// Does a decoder of the film's rate and buffer have every picture in time? Private to src/.
#pragma once

#include <cstdint>
#include <optional>

#include "encoders/vbv.h"
#include "src/verify/checked_film.h"
#include "src/verify/findings.h"

namespace lifereel {

class VbvCheck {
 public:
  VbvCheck(const CheckedFilm& film, Findings& findings);

  /// Every packet of the video, with its number.
  void see(const ScannedPacket& packet, std::int64_t number);
  /// No packet follows the last one.
  void finish() { late_pictures_.finish(); }
  void conclude(VerifyReport& report);

 private:
  void set_model(const std::optional<VbvModel>& model);

  const CheckedFilm& film_;
  Findings& findings_;
  std::optional<VbvBuffer> buffer_;
  Streak late_pictures_;
};

}  // namespace lifereel
