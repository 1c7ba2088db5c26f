// SPDX-License-Identifier: GPL-2.0-or-later
// The check of a DVD's program stream.
#include "encoders/program_stream.h"

#include "fuzz.h"

using namespace lifereel;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  try {
    const ProgramStreamReport report = check_program_stream(file.path());
    require(report.bytes == static_cast<std::int64_t>(size), "all of it was read");
    require(report.packs > 0, "a program stream has packs");
    require(report.faults.size() <= 16, "faults are told up to a number");
    require(static_cast<std::int64_t>(report.faults.size()) <= report.fault_count, "and counted");
  } catch (const std::runtime_error&) {
  }
  return 0;
}
