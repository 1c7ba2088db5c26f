// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <algorithm>
#include <exception>

#include "cuda/cuda_engine.h"
#include "encoders/film.h"
#include "src/estimate.h"
#include "src/pipeline/resources.h"
#include "src/text/json.h"
#include "src/version.h"

namespace lifereel {
namespace {

std::uint64_t physical_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  return pages > 0
             ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))
             : 0;
}

void add_machine(Json& json, const MachineReport& machine) {
  json.open("machine");
  json.add("processor", machine.processor);
  json.add("processors_online", machine.processors_online);
  json.add("processors_allowed", machine.processors_allowed);
  json.add("processor_quota",
           machine.processor_quota > 0 ? std::optional(machine.processor_quota) : std::nullopt);
  json.add("processors", machine.processors);
  json.add("memory_total_bytes", machine.memory_total);
  json.add("memory_limit_left_bytes",
           machine.memory_limit_left > 0
               ? std::optional(static_cast<double>(machine.memory_limit_left))
               : std::nullopt);
  json.add("memory_bytes", machine.memory);
  json.add("isa", std::string(isa_name(available_isas().back())));
  json.open_list("gpus");
  for (const CudaDevice& gpu : cuda_devices().devices) {
    json.open(nullptr);
    json.add("index", gpu.index);
    json.add("name", gpu.name);
    json.add("memory_bytes", static_cast<std::uint64_t>(gpu.memory_bytes));
    json.add("unusable", gpu.unusable);
    json.close();
  }
  json.close_list();
  json.close();
}

void add_plan(Json& json, const Preset& preset) {
  json.open(nullptr);
  json.add("preset", std::string(preset.name));
  RenderSettings settings;
  apply_preset(settings, preset.name);
  try {
    const RenderPlan plan = plan_render(settings);
    json.add("engine", plan.engine);
    json.add("engine_threads", plan.engine_threads);
    json.add("lanes", plan.lanes);
    json.add("ring_slots", plan.ring_slots);
    json.add("ring_bytes", plan.ring_bytes);
    json.add("encoder_bytes", plan.encoder_bytes);
    json.add("engine_bytes", plan.engine_bytes);
    json.add("memory_bytes", plan.memory_bytes);
  } catch (const std::exception& error) {
    json.add("impossible", std::string(error.what()));
  }
  json.close();
}

}  // namespace

MachineReport machine_report() {
  MachineReport machine;
  machine.processor = cpu_name();
  machine.processors_online = static_cast<int>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  machine.processors_allowed = available_processors();
  const CgroupLimits limits = read_cgroup_limits();
  machine.processor_quota = limits.processors.value_or(0);
  machine.memory_limit_left = limits.memory_bytes.value_or(0);
  machine.memory_total = physical_memory();
  const Resources usable = usable_resources();
  machine.processors = usable.processors;
  machine.memory = usable.memory_bytes;
  return machine;
}

std::string machine_json() {
  Json json;
  json.open(nullptr);
  json.add("lifereel", std::string(version()));
  add_machine(json, machine_report());
  json.open_list("libraries");
  for (const std::string& line : libav_versions()) json.add(nullptr, line);
  json.close_list();
  json.open_list("presets");
  for (const Preset& preset : presets()) add_plan(json, preset);
  json.close_list();
  json.close();
  return json.text() + "\n";
}

}  // namespace lifereel
