// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/media/medium.h"

#include <algorithm>

namespace lifereel {

const std::vector<Medium>& media() {
  // A BD-R as growisofs formats it: without the 256 MB that it keeps for sectors that fail.
  static const std::vector<Medium> all{{"cd", "CD", 360'000},
                                       {"dvd", "any DVD", 2'295'104},
                                       {"dvd+r", "DVD+R", 2'295'104},
                                       {"dvd-r", "DVD-R", 2'298'496},
                                       {"bd25", "BD-R of 25 GB", 12'088'320},
                                       {"bd50", "BD-R of 50 GB", 24'307'712}};
  return all;
}

const Medium* find_medium(std::string_view name) {
  const auto found = std::find_if(media().begin(), media().end(),
                                  [name](const Medium& medium) { return medium.name == name; });
  return found == media().end() ? nullptr : &*found;
}

std::string fitting_media(std::int64_t image_bytes) {
  std::vector<std::string_view> fitting;
  const bool any_dvd = image_bytes <= find_medium("dvd")->bytes();
  for (const Medium& medium : media()) {
    const bool one_dvd = medium.name == "dvd+r" || medium.name == "dvd-r";
    if (image_bytes <= medium.bytes() && !(any_dvd && one_dvd))
      fitting.push_back(medium.description);
  }
  std::string text;
  for (std::size_t i = 0; i < fitting.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == fitting.size() ? " or " : ", ").append(fitting[i]);
  return text;
}

}  // namespace lifereel
