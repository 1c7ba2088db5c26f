// SPDX-License-Identifier: GPL-2.0-or-later
// CUDA's errors as sentences, and the choice of a device. Internal to cuda/.
#pragma once

#include <cuda_runtime.h>

#include "cuda/cuda_engine.h"

namespace lifereel {

/// Throws std::runtime_error "cudaMalloc: out of memory (cudaErrorMemoryAllocation)".
void check_cuda(cudaError_t result, const char* call);

/// The device asked for, or the first usable. Throws std::runtime_error with the reason.
CudaDevice choose_cuda_device(int wanted);

}  // namespace lifereel
