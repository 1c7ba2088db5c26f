// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/engine_choice.h"

#include <exception>
#include <stdexcept>

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

/// Tries one GPU after another, and tells of each that cannot be used now.
class FirstUsableGpu {
 public:
  FirstUsableGpu(const UniverseSettings& universe, const Notice& notice)
      : universe_(universe), notice_(notice), gpus_(cuda_devices()) {}

  std::unique_ptr<Engine> make() {
    for (const CudaDevice& gpu : gpus_.devices) {
      if (!gpu.unusable.empty()) {
        pass_over(gpu, gpu.unusable);
        continue;
      }
      try {
        return make_cuda_engine(universe_, {gpu.index, 0, 0});
      } catch (const std::exception& error) {
        if (!first_failure_) first_failure_ = std::current_exception();
        pass_over(gpu, error.what());
      }
    }
    return nullptr;
  }

  /// After make() has found none.
  [[noreturn]] void fail() const {
    if (first_failure_) std::rethrow_exception(first_failure_);
    make_cuda_engine(universe_);  // it knows why there is none
    throw std::runtime_error("engine cuda: a GPU can be used now that could not be used before");
  }

  void tell_of_the_cpu() const {
    if (gpus_.driver_fails)
      tell("no GPU can be used (" + gpus_.none_because + "); the CPU computes");
    else if (!gpus_.devices.empty())
      tell("no GPU can be used; the CPU computes");
  }

 private:
  void tell(const std::string& sentence) const {
    if (notice_) notice_(sentence);
  }
  void pass_over(const CudaDevice& gpu, const std::string& why) const {
    tell("GPU " + std::to_string(gpu.index) + (gpu.name.empty() ? "" : " (" + gpu.name + ")") +
         " is passed over: " + why);
  }

  const UniverseSettings& universe_;
  const Notice& notice_;
  const CudaDevices gpus_;
  std::exception_ptr first_failure_;
};

}  // namespace

std::unique_ptr<Engine> make_gpu_engine(const UniverseSettings& universe,
                                        const EngineSettings& settings, const Notice& notice) {
  refuse_contradictions(settings);
  if (!may_take_gpu(settings)) return nullptr;
  if (settings.device >= 0) return make_cuda_engine(universe, {settings.device, 0, 0});
  validate(universe);  // or every GPU would be blamed
  FirstUsableGpu gpus(universe, notice);
  std::unique_ptr<Engine> engine = gpus.make();
  if (engine) return engine;
  if (settings.engine == EngineChoice::cuda) gpus.fail();
  gpus.tell_of_the_cpu();
  return nullptr;
}

std::unique_ptr<Engine> make_engine(const UniverseSettings& universe,
                                    const EngineSettings& settings, const Notice& notice) {
  std::unique_ptr<Engine> gpu = make_gpu_engine(universe, settings, notice);
  if (gpu) return gpu;
  return make_cpu_engine(universe, {settings.isa, settings.threads});
}

}  // namespace lifereel
