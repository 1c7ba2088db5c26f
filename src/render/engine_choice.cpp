// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/engine_choice.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "cuda/cuda_engine.h"
#include "src/render.h"

namespace lifereel {

bool takes_gpu(const EngineSettings& settings) {
  if (settings.engine != EngineChoice::automatic) return settings.engine == EngineChoice::cuda;
  if (settings.isa != Isa::automatic || settings.threads != 0) return false;
  if (settings.device >= 0) return true;
  const CudaDevices gpus = cuda_devices();
  return std::any_of(gpus.devices.begin(), gpus.devices.end(),
                     [](const CudaDevice& device) { return device.unusable.empty(); });
}

std::unique_ptr<Engine> make_engine(const UniverseSettings& universe,
                                    const EngineSettings& settings) {
  if (settings.device < -1)
    throw std::invalid_argument("device " + std::to_string(settings.device) +
                                " is out of range: 0 or more, or -1 for the first usable GPU");
  const bool gpu = takes_gpu(settings);
  if (gpu && (settings.isa != Isa::automatic || settings.threads != 0))
    throw std::invalid_argument(
        "isa and threads are for the CPU engine: leave them out, or choose engine cpu");
  if (!gpu && settings.device >= 0)
    throw std::invalid_argument(
        "device is for the GPU, but engine cpu, isa or threads ask for the CPU: leave one out");
  if (gpu) return make_cuda_engine(universe, {settings.device, 0, 0});
  return make_cpu_engine(universe, {settings.isa, settings.threads});
}

}  // namespace lifereel
