// SPDX-License-Identifier: GPL-2.0-or-later
#include "cuda/runtime/cuda_devices.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace lifereel {
namespace {

// Compute capabilities this file was compiled for, times 100.
constexpr int architectures[] = {__CUDA_ARCH_LIST__};

std::string version_text(int version) {  // 13000: 13.0
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string text_of(cudaError_t error) {
  return std::string(cudaGetErrorString(error)) + " (" + cudaGetErrorName(error) + ")";
}

std::string none_because(cudaError_t error) {
  int driver = 0, runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  switch (error) {
    case cudaErrorInsufficientDriver:
      if (driver == 0) return "this machine has no NVIDIA driver";
      return "the NVIDIA driver is too old: it runs CUDA " + version_text(driver) +
             ", and this build needs " + version_text(runtime) + "; update the driver";
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

void check_cuda(cudaError_t result, const char* call) {
  if (result != cudaSuccess) throw std::runtime_error(std::string(call) + ": " + text_of(result));
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

CudaDevice choose_cuda_device(int wanted) {
  const CudaDevices found = cuda_devices();
  const auto fail = [](const std::string& reason) -> CudaDevice {
    throw std::runtime_error("engine cuda: " + reason + "; engine = cpu needs no GPU");
  };
  if (found.devices.empty()) return fail(found.none_because);
  const int count = static_cast<int>(found.devices.size());
  if (wanted >= count)
    return fail("there is no device " + std::to_string(wanted) + ", only " +
                (count == 1 ? std::string("0") : "0 to " + std::to_string(count - 1)));
  const auto refuse = [&fail](const CudaDevice& device) {
    return fail("device " + std::to_string(device.index) +
                (device.name.empty() ? "" : " (" + device.name + ")") +
                " cannot be used: " + device.unusable);
  };
  if (wanted >= 0) {
    const CudaDevice& device = found.devices[static_cast<std::size_t>(wanted)];
    return device.unusable.empty() ? device : refuse(device);
  }
  for (const CudaDevice& device : found.devices)
    if (device.unusable.empty()) return device;
  return refuse(found.devices.front());
}

}  // namespace lifereel
