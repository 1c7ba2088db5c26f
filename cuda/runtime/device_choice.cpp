// SPDX-License-Identifier: GPL-2.0-or-later
#include "cuda/runtime/device_choice.h"

#include <cuda_runtime.h>

#include <stdexcept>

#include "cuda/runtime/cuda_devices.h"

namespace lifereel {
namespace {

std::string name_of(const CudaDevice& device) {
  return "GPU " + std::to_string(device.index) +
         (device.name.empty() ? "" : " (" + device.name + ")");
}

// nullptr, and the reason.
std::unique_ptr<Engine> try_on(const CudaDevice& device, const MakeOnDevice& make,
                               std::string& why) {
  why = device.unusable;
  if (!why.empty()) return nullptr;
  try {
    return make(device);
  } catch (const CudaError& error) {
    why = error.text();
  } catch (const std::runtime_error& error) {
    why = error.what();
  }
  cudaGetLastError();  // it is dealt with: nobody else of this thread shall find it
  return nullptr;
}

std::unique_ptr<Engine> make_on_first(const CudaDevices& found, const MakeOnDevice& make,
                                      std::string* passed_over) {
  std::string reasons;
  for (const CudaDevice& device : found.devices) {
    std::string why;
    if (std::unique_ptr<Engine> engine = try_on(device, make, why)) {
      if (passed_over != nullptr) *passed_over = reasons;
      return engine;
    }
    reasons += (reasons.empty() ? "" : "; ") + name_of(device) + ": " + why;
  }
  throw NoUsableGpu("no GPU can be used: " + reasons);
}

}  // namespace

NoUsableGpu::NoUsableGpu(const std::string& reason)
    : std::runtime_error("engine cuda: " + reason + "; engine = cpu needs no GPU"),
      reason_(reason) {}

std::unique_ptr<Engine> make_on_chosen_device(int wanted, const MakeOnDevice& make,
                                              std::string* passed_over) {
  if (passed_over != nullptr) passed_over->clear();
  const CudaDevices found = cuda_devices();
  if (found.devices.empty()) throw NoUsableGpu(found.none_because);
  if (wanted < 0) return make_on_first(found, make, passed_over);
  const int count = static_cast<int>(found.devices.size());
  if (wanted >= count)
    throw NoUsableGpu("there is no device " + std::to_string(wanted) + ", only " +
                      (count == 1 ? std::string("0") : "0 to " + std::to_string(count - 1)));
  const CudaDevice& device = found.devices[static_cast<std::size_t>(wanted)];
  std::string why;
  if (std::unique_ptr<Engine> engine = try_on(device, make, why)) return engine;
  throw NoUsableGpu(name_of(device) + " cannot be used: " + why);
}

}  // namespace lifereel
