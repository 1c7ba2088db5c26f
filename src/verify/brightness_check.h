// SPDX-License-Identifier: GPL-2.0-or-later
// How bright are the film's pictures? Black ones are reported by MotionCheck. Private to src/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/pictures/contact_sheet.h"
#include "src/verify/checked_film.h"
#include "src/verify/findings.h"

namespace lifereel {

/// Looks at stills, evenly spaced in the film, and puts them on a contact sheet when asked for one.
class BrightnessCheck {
 public:
  /// `contact_sheet`: its path; empty: none.
  BrightnessCheck(const CheckedFilm& film, const std::string& contact_sheet, Findings& findings);

  /// Whether the picture, which has luma and the film's size, is black. `begins_point`: it is
  /// the first of its point, where points of the film are decoded.
  bool see(const ScannedPicture& picture, std::int64_t frame, bool begins_point);
  void conclude(VerifyReport& report);
  void write_contact_sheet();

 private:
  bool is_still(std::int64_t frame, bool begins_point);

  const CheckedFilm& film_;
  const std::string sheet_path_;
  Findings& findings_;
  std::vector<std::int64_t> still_frames_;
  std::size_t next_still_ = 0;
  std::vector<VerifyBrightness> stills_;
  std::optional<ContactSheet> sheet_;
};

}  // namespace lifereel
