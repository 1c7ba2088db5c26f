// SPDX-License-Identifier: GPL-2.0-or-later
// Are the film's pictures those of its universe? Private to src/.
#pragma once

#include <cstdint>
#include <optional>

#include "src/verify/checked_film.h"
#include "src/verify/findings.h"
#include "src/verify/picture_checks.h"

namespace lifereel {

/// Decides whether the film can be compared with its universe, and has it compared.
class UniverseCheck {
 public:
  UniverseCheck(const CheckedFilm& film, Findings& findings) : film_(film), findings_(findings) {}

  /// The comparison was asked for. `cancel` may be nullptr. Throws std::invalid_argument for a film
  /// that does not tell its universe.
  void start(const EngineSettings& engine, const std::atomic<bool>* cancel);
  /// As UniverseComparison::see(); std::nullopt, too, where nothing is compared.
  std::optional<LumaView> see(const ScannedPicture& picture, std::int64_t frame);
  /// No picture follows the last one.
  void finish();
  void conclude(VerifyReport& report);

 private:
  const CheckedFilm& film_;
  Findings& findings_;
  bool asked_for_ = false;
  std::optional<UniverseComparison> comparison_;
};

}  // namespace lifereel
