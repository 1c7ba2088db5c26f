// SPDX-License-Identifier: GPL-2.0-or-later
// The engine on a GPU made of the host, for programs: what is defined here takes the place of what
// an archive defines.
#include <cstdlib>
#include <sstream>
#include <string>

#include "cuda/cuda_engine.cu"
#include "cuda/runtime/cuda_devices.cu"

namespace {

// For scripts: how many GPUs there are, which of them are busy ("0,2"), the launch of a graph from
// which on they are broken, and the version of the driver.
bool set_up_by_environment() {
  host_gpu::Gpu& gpu = host_gpu::gpu();
  const auto text = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (const std::string count = text("HOST_GPUS"); !count.empty())
    gpu.devices.assign(std::stoul(count), gpu.devices[0]);
  std::istringstream busy(text("HOST_GPU_BUSY"));
  gpu.busy.assign(gpu.devices.size(), cudaSuccess);
  for (std::string device; std::getline(busy, device, ',');)
    gpu.busy.at(std::stoul(device)) = cudaErrorDevicesUnavailable;
  if (const std::string launch = text("HOST_GPU_BREAKS"); !launch.empty())
    gpu.break_launch = std::stol(launch);
  if (const std::string driver = text("HOST_GPU_DRIVER"); !driver.empty()) {
    gpu.driver_version = std::stoi(driver);
    if (gpu.driver_version < gpu.runtime_version / 1000 * 1000)
      gpu.count_error = cudaErrorInsufficientDriver;
  }
  const char* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible != nullptr && *visible == '\0') gpu.count_error = cudaErrorNoDevice;
  return true;
}
[[maybe_unused]] const bool is_set_up = set_up_by_environment();

}  // namespace
