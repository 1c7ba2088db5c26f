// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/scout/.
#pragma once

#include <string>
#include <string_view>

#include "src/scout.h"
#include "src/scout/finalist_pictures.h"

namespace lifereel {

inline constexpr std::string_view seed_mark = "{seed}";

struct PageSource {
  const RenderSettings& film;
  const ScoutReport& report;
  const ShowTimes& show_times;
  std::string folder;
  std::string command;  ///< with seed_mark for the seed
};

/// One page of HTML that needs nothing else but the short films beside it: stills are in it, and
/// what is not in the folder is left out.
std::string scout_page(const PageSource& source);

}  // namespace lifereel
