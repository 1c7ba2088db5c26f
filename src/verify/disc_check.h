// SPDX-License-Identifier: GPL-2.0-or-later
// Does a film for a disc keep the rules of DVD-Video? Private to src/.
#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <optional>

#include "encoders/dvd/dvd_check.h"
#include "encoders/program_stream.h"
#include "src/verify/checked_film.h"
#include "src/verify/findings.h"

namespace lifereel {

/// The checks "program stream" and "dvd".
class DiscCheck {
 public:
  DiscCheck(const CheckedFilm& film, Findings& findings);
  ~DiscCheck() { stop_ = true; }
  DiscCheck(const DiscCheck&) = delete;
  DiscCheck& operator=(const DiscCheck&) = delete;

  /// Before the whole film is decoded: its program stream is checked meanwhile, on a thread of its
  /// own, so that the disk is read once for both.
  void start();
  /// Every packet of the video, with its number.
  void see(const ScannedPacket& packet, std::int64_t number);
  void conclude();

 private:
  void tell(const ProgramStreamReport& stream);

  const CheckedFilm& film_;
  Findings& findings_;
  std::optional<DvdCheck> video_;
  std::atomic<bool> stop_{false};
  std::future<ProgramStreamReport> stream_;  // waits when it goes
};

}  // namespace lifereel
