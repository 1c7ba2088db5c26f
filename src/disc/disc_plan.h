// SPDX-License-Identifier: GPL-2.0-or-later
// What goes where on a DVD-Video. Private to src/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "encoders/film_settings.h"
#include "src/disc.h"

namespace lifereel {

/// A film that becomes a title.
struct PlannedTitle {
  std::string film;
  DiscTarget standard = DiscTarget::none;
  bool wide = false;  ///< 16:9, else 4:3
  int audio_channels = 2;
  double seconds = 0;
  std::int64_t bytes = 0;
  std::vector<double> chapter_begins_seconds;  ///< the first is 0
};

struct DiscPlan {
  std::vector<PlannedTitle> titles;  ///< of one standard

  DiscTarget standard() const { return titles.front().standard; }
  /// "ntsc" or "pal", as dvdauthor has it.
  std::string format() const;
  std::int64_t film_bytes() const;
};

/// Throws std::invalid_argument for films of different standards and for more than 99 of them.
DiscPlan plan_disc(std::vector<PlannedTitle> titles);

/// Under which name a title's film is given to dvdauthor, 0 and up: a path of the user's could mean
/// a command to it.
std::string title_file_name(std::size_t title);

/// The control file. There is no menu: the disc begins with its first title and plays on to the
/// last. Titles stand in sets of their own, for they may differ in aspect; since one set cannot
/// lead to another, empty menus between them do.
std::string dvdauthor_xml(const DiscPlan& plan);

}  // namespace lifereel
