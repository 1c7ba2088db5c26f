// SPDX-License-Identifier: GPL-2.0-or-later
// What containers state of their own bytes. The first byte chooses the container.
#include "encoders/read/integrity.h"

#include "fuzz.h"

using namespace lifereel;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr const char* containers[] = {"mov,mp4", "matroska,webm", "avi", "flv", "ogg", "mpegts"};
  const fuzz::MemoryFile file(data + 1, size - 1);
  const Integrity integrity =
      check_integrity(file.path(), containers[data[0] % std::size(containers)], nullptr);
  fuzz::require(!integrity.summary.empty(), "it is said what was compared");
  fuzz::require(integrity.untold == 0 || !integrity.faults.empty(), "the first faults are told");
  return 0;
}
