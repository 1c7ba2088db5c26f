// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "src/disc.h"

namespace lifereel {

inline constexpr std::size_t most_chapters = 99;  // that a title may have

/// Where a film's chapters begin, the first at 0. None begins in the last second, where it could
/// hardly be seen. `may_have_one`: a film that is no longer than the time between chapters, as one
/// beside longer ones may be, has a single one. Throws std::invalid_argument for what lies beyond
/// the film's end, for chapters less than a second apart, and for more than most_chapters.
std::vector<double> chapter_begins(const DiscChapters& chapters, const std::string& film,
                                   double film_seconds, bool may_have_one = false);

/// h:mm:ss.mmm
std::string chapter_text(double seconds);

}  // namespace lifereel
