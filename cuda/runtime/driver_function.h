// SPDX-License-Identifier: GPL-2.0-or-later
// The driver's own functions. Internal to cuda/.
#pragma once

#include <cuda_runtime.h>

#include <string>

#include "cuda/runtime/cuda_devices.h"

namespace lifereel {

/// By name, for a program must start where there is no driver; `version` is that of the CUDA in
/// which the function became what cuda.h declares. Throws std::runtime_error.
template <class Function>
Function* driver_function(const char* name, unsigned version) {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
#if CUDART_VERSION >= 12050
  check_cuda(cudaGetDriverEntryPointByVersion(name, &function, version, cudaEnableDefault, &found),
             "cudaGetDriverEntryPointByVersion");
#else
  static_cast<void>(version);
  check_cuda(cudaGetDriverEntryPoint(name, &function, cudaEnableDefault, &found),
             "cudaGetDriverEntryPoint");
#endif
  if (function == nullptr || found != cudaDriverEntryPointSuccess)
    throw CudaError(std::string("the NVIDIA driver has no ") + name);
  return reinterpret_cast<Function*>(function);
}

}  // namespace lifereel
