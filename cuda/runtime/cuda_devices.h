// SPDX-License-Identifier: GPL-2.0-or-later
// CUDA's errors as sentences, and the choice of a device. Internal to cuda/.
#pragma once

#include <cuda_runtime.h>

#include <stdexcept>
#include <string>

#include "cuda/cuda_engine.h"

namespace lifereel {

/// "out of memory (cudaErrorMemoryAllocation)".
std::string text_of(cudaError_t error);

/// What CUDA says is wrong; what() has the remedy, too.
class CudaError : public std::runtime_error {
 public:
  explicit CudaError(const std::string& text)
      : std::runtime_error("engine cuda: " + text + "; engine = cpu needs no GPU"), text_(text) {}
  /// "cudaMalloc: out of memory (cudaErrorMemoryAllocation)".
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Throws CudaError.
void check_cuda(cudaError_t result, const char* call);

}  // namespace lifereel
