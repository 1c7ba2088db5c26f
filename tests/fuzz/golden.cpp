// SPDX-License-Identifier: GPL-2.0-or-later
// Golden files.
#include "src/golden.h"

#include "fuzz.h"

using namespace lifereel;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Golden golden = parse_golden(fuzz::text_of(data, size), "golden");
    const auto frames = static_cast<std::size_t>(frame_count(golden.settings));
    require(golden.pictures.size() == frames, "every picture is there");
    require(golden.states.empty() || golden.states.size() == frames, "every state or none");
    for (const auto* hashes : {&golden.pictures, &golden.states})
      for (const std::string& hash : *hashes) require(hash.size() == 64, "hashes are whole");
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
