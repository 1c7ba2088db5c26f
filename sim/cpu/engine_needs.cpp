// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/engine_needs.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace lifereel {

Isa choose_isa(Isa wanted) {
  const std::vector<Isa> isas = available_isas();
  if (wanted == Isa::automatic) return isas.back();
  if (std::find(isas.begin(), isas.end(), wanted) != isas.end()) return wanted;
  std::ostringstream sentence;
  sentence << "isa " << isa_name(wanted) << " is not available on this processor (" << cpu_name()
           << "); it has";
  for (const Isa isa : isas) sentence << ' ' << isa_name(isa);
  throw std::invalid_argument(sentence.str());
}

int choose_threads(int wanted) {
  if (wanted < 0 || wanted > 1024)
    throw std::invalid_argument("threads " + std::to_string(wanted) +
                                " is out of range: 1 to 1024, or 0 for every processor");
  return wanted > 0 ? wanted : available_processors();
}

void require_memory(std::size_t bytes, const std::string& what, const UniverseSettings& universe) {
#if defined(_SC_PHYS_PAGES)
  const auto have =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto need = static_cast<double>(bytes);
  if (have <= 0 || need <= have) return;
  std::ostringstream sentence;
  sentence.precision(3);
  sentence << what << universe.width << 'x' << universe.height << " need " << need / 0x1p30
           << " GiB of memory, but this machine has " << have / 0x1p30 << " GiB: lower "
           << (universe.scene == Scene::particle_life ? "particles or size" : "the size");
  throw std::invalid_argument(sentence.str());
#else
  static_cast<void>(bytes), static_cast<void>(what), static_cast<void>(universe);
#endif
}

EngineDescription describe_cpu_engine(Isa isa, int threads, std::size_t memory_bytes) {
  EngineDescription description;
  description.engine = "cpu";
  description.device = cpu_name();
  description.isa = isa_name(isa);
  description.threads = threads;
  description.memory_bytes = memory_bytes;
  return description;
}

}  // namespace lifereel
