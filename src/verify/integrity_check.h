// SPDX-License-Identifier: GPL-2.0-or-later
// Are the film's bytes those that were written? Private to src/.
#pragma once

#include <atomic>
#include <future>

#include "encoders/read/integrity.h"
#include "src/verify/checked_film.h"
#include "src/verify/findings.h"

namespace lifereel {

/// The check "integrity".
class IntegrityCheck {
 public:
  IntegrityCheck(const CheckedFilm& film, Findings& findings) : film_(film), findings_(findings) {}
  ~IntegrityCheck() { stop_ = true; }
  IntegrityCheck(const IntegrityCheck&) = delete;
  IntegrityCheck& operator=(const IntegrityCheck&) = delete;

  /// Before the whole film is decoded: its bytes are summed meanwhile, on a thread of its own, so
  /// that the disk is read once for both.
  void start();
  void conclude();

 private:
  const CheckedFilm& film_;
  Findings& findings_;
  std::atomic<bool> stop_{false};
  std::future<Integrity> integrity_;  // waits when it goes
};

}  // namespace lifereel
