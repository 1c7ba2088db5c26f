// SPDX-License-Identifier: GPL-2.0-or-later
#include "cuda/runtime/cuda_devices.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace lifereel {
namespace {

// Compute capabilities this file was compiled for, times 100.
constexpr int architectures[] = {__CUDA_ARCH_LIST__};

std::string version_text(int version) {  // 13000: 13.0
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

// The first of NVIDIA's drivers for Linux that runs programs of every CUDA of that number, whose
// machine code fits the GPU; 0: not known here.
int oldest_driver_for(int cuda_major) {
  switch (cuda_major) {
    case 12:
      return 525;
    case 13:
      return 580;
    default:
      return 0;
  }
}

std::string driver_too_old(int driver, int runtime) {
  const int major = runtime / 1000, needed = oldest_driver_for(major);
  std::string sentence = "the NVIDIA driver is too old: it runs CUDA " + version_text(driver) +
                         ", and this build needs CUDA " + std::to_string(major) + ": install ";
  if (needed == 0) return sentence + "a newer driver";
  sentence += "driver " + std::to_string(needed) + " or later";
  if (major > 12)
    sentence += driver >= 12000 ? ", or take a build made with CUDA 12, which this driver runs"
                                : ", or driver 525 or later and a build made with CUDA 12";
  return sentence;
}

std::string none_because(cudaError_t error) {
  int driver = 0, runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  switch (error) {
    case cudaErrorInsufficientDriver:
      if (driver == 0) return "this machine has no NVIDIA driver";
      return driver_too_old(driver, runtime);
    case cudaErrorNoDevice:
      return std::string("the NVIDIA driver finds no GPU") +
             (std::getenv("CUDA_VISIBLE_DEVICES") != nullptr ? " (CUDA_VISIBLE_DEVICES may hide it)"
                                                             : "");
    default:
      return "cudaGetDeviceCount: " + text_of(error);
  }
}

CudaDevice describe_device(int index) {
  CudaDevice device;
  device.index = index;
  cudaDeviceProp properties;
  if (const cudaError_t error = cudaGetDeviceProperties(&properties, index)) {
    device.unusable = "cudaGetDeviceProperties: " + text_of(error);
    return device;
  }
  device.name = properties.name;
  device.architecture = "sm_" + std::to_string(properties.major) + std::to_string(properties.minor);
  device.memory_bytes = properties.totalGlobalMem;
  const int oldest = *std::min_element(std::begin(architectures), std::end(architectures));
  if (properties.major * 100 + properties.minor * 10 < oldest)
    device.unusable = "its architecture " + device.architecture +
                      " is older than any this build was compiled for (sm_" +
                      std::to_string(oldest / 10) + " and later)";
  return device;
}

}  // namespace

std::string text_of(cudaError_t error) {
  return std::string(cudaGetErrorString(error)) + " (" + cudaGetErrorName(error) + ")";
}

void check_cuda(cudaError_t result, const char* call) {
  if (result != cudaSuccess) throw CudaError(std::string(call) + ": " + text_of(result));
}

CudaDevices cuda_devices() {
  CudaDevices found;
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess || count == 0) {
    found.none_because = none_because(error != cudaSuccess ? error : cudaErrorNoDevice);
    int driver = 0;
    cudaDriverGetVersion(&driver);
    found.driver_fails = driver != 0 && error != cudaSuccess && error != cudaErrorNoDevice;
    return found;
  }
  for (int index = 0; index < count; ++index) found.devices.push_back(describe_device(index));
  return found;
}

}  // namespace lifereel
