// SPDX-License-Identifier: GPL-2.0-or-later
// Are the film's streams those that its settings ask for? Private to src/.
#pragma once

#include <cstdint>

#include "src/verify/checked_film.h"
#include "src/verify/findings.h"

namespace lifereel {

class StreamsCheck {
 public:
  StreamsCheck(const CheckedFilm& film, Findings& findings);

  /// Whether anything is to be seen: a picture of the film's size with a plane of luma.
  bool see(const ScannedPicture& picture, std::int64_t frame);
  /// No picture follows the last one.
  void finish() { size_faults_.finish(); }
  void conclude();

  /// There were pictures of which nothing could be seen.
  bool unseen() const { return unseen_; }

 private:
  void hold_against(const RenderSettings& settings);

  const CheckedFilm& film_;
  Findings& findings_;
  bool unseen_ = false;
  Streak size_faults_;
};

}  // namespace lifereel
