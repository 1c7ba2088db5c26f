// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/bench/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <string>

#include "encoders/film.h"
#include "sim/engine.h"
#include "src/bench.h"
#include "src/version.h"

namespace lifereel {
namespace {

std::uint64_t pages_in_bytes(int name) {
  const long pages = sysconf(name);
  return pages > 0
             ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))
             : 0;
}

}  // namespace

std::uint64_t free_memory_bytes() { return pages_in_bytes(_SC_AVPHYS_PAGES); }

MachineDescription describe_machine() {
  MachineDescription machine;
  machine.processor = cpu_name();
  machine.processors = available_processors();
  machine.memory_bytes = pages_in_bytes(_SC_PHYS_PAGES);
  utsname system{};
  if (uname(&system) == 0)
    machine.system = std::string(system.sysname) + " " + system.release + " " + system.machine;
  machine.lifereel = version();
  for (const std::string& line : libav_versions())
    if (line.starts_with("FFmpeg ")) machine.ffmpeg = line.substr(7);
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char date[16] = {};
  if (gmtime_r(&now, &utc) != nullptr) std::strftime(date, sizeof date, "%F", &utc);
  machine.date = date;
  return machine;
}

}  // namespace lifereel
