// SPDX-License-Identifier: GPL-2.0-or-later
// The GPU's engine in a build that has no CUDA compiler.
#include <stdexcept>

#include "cuda/cuda_engine.h"

namespace lifereel {
namespace {

const char* const reason =
    "this build of lifereel has no CUDA engine; build it where nvcc is found";

}  // namespace

CudaDevices cuda_devices() { return {{}, reason}; }

std::size_t cuda_engine_memory_bytes(const UniverseSettings& universe, const CudaEngineSettings&) {
  validate(universe);
  return 0;
}

NoUsableGpu::NoUsableGpu(const std::string& reason)
    : std::runtime_error("engine cuda: " + reason + "; engine = cpu needs no GPU"),
      reason_(reason) {}

std::unique_ptr<Engine> make_cuda_engine(const UniverseSettings& universe,
                                         const CudaEngineSettings&, std::string*) {
  validate(universe);
  throw NoUsableGpu(reason);
}

}  // namespace lifereel
