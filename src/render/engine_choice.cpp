// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/engine_choice.h"

#include <stdexcept>
#include <string>

#include "cuda/cuda_engine.h"
#include "src/render.h"

namespace lifereel {
namespace {

using Notice = std::function<void(const std::string&)>;

/// An ISA or a number of threads asks for the CPU, a device for the GPU.
bool may_take_gpu(const EngineSettings& settings) {
  if (settings.engine != EngineChoice::automatic) return settings.engine == EngineChoice::cuda;
  return settings.isa == Isa::automatic && settings.threads == 0;
}

void refuse_contradictions(const EngineSettings& settings) {
  if (settings.device < -1)
    throw std::invalid_argument("device " + std::to_string(settings.device) +
                                " is out of range: 0 or more, or -1 for the first usable GPU");
  const bool gpu = may_take_gpu(settings);
  if (gpu && (settings.isa != Isa::automatic || settings.threads != 0))
    throw std::invalid_argument(
        "isa and threads are for the CPU engine: leave them out, or choose engine cpu");
  if (!gpu && settings.device >= 0)
    throw std::invalid_argument(
        "device is for the GPU, but engine cpu, isa or threads ask for the CPU: leave one out");
}

void tell(const Notice& notice, const std::string& sentence) {
  if (notice) notice(sentence);
}

std::unique_ptr<Engine> make_on_first_gpu(const UniverseSettings& universe, const Notice& notice) {
  std::string passed_over;
  std::unique_ptr<Engine> engine = make_cuda_engine(universe, {}, &passed_over);
  if (!passed_over.empty()) tell(notice, "passed over " + passed_over + "; the next GPU computes");
  return engine;
}

}  // namespace

std::unique_ptr<Engine> make_gpu_engine(const UniverseSettings& universe,
                                        const EngineSettings& settings, const Notice& notice) {
  refuse_contradictions(settings);
  if (!may_take_gpu(settings)) return nullptr;
  if (settings.device >= 0) return make_cuda_engine(universe, {settings.device, 0, 0});
  if (settings.engine == EngineChoice::cuda) return make_on_first_gpu(universe, notice);
  const CudaDevices gpus = cuda_devices();
  if (gpus.devices.empty() && !gpus.driver_fails) return nullptr;  // nothing to tell of
  try {
    return make_on_first_gpu(universe, notice);
  } catch (const NoUsableGpu& none) {
    tell(notice, none.reason() + "; the CPU computes");
    return nullptr;
  }
}

std::unique_ptr<Engine> make_engine(const UniverseSettings& universe,
                                    const EngineSettings& settings, const Notice& notice) {
  std::unique_ptr<Engine> gpu = make_gpu_engine(universe, settings, notice);
  if (gpu) return gpu;
  return make_cpu_engine(universe, {settings.isa, settings.threads});
}

}  // namespace lifereel
