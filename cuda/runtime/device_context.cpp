// SPDX-License-Identifier: GPL-2.0-or-later
#include "cuda/runtime/device_context.h"

#include "cuda/runtime/cuda_devices.h"
#include "cuda/runtime/driver_function.h"

namespace lifereel {
namespace {

// Errors of the driver have the runtime's numbers.
cudaError_t as_runtime_error(CUresult result) { return static_cast<cudaError_t>(result); }

struct Driver {
  decltype(cuDeviceGet)* device_get = driver_function<decltype(cuDeviceGet)>("cuDeviceGet", 2000);
  decltype(cuDevicePrimaryCtxRetain)* retain =
      driver_function<decltype(cuDevicePrimaryCtxRetain)>("cuDevicePrimaryCtxRetain", 7000);
  decltype(cuCtxPushCurrent)* push =
      driver_function<decltype(cuCtxPushCurrent)>("cuCtxPushCurrent", 4000);
  decltype(cuCtxPopCurrent)* pop =
      driver_function<decltype(cuCtxPopCurrent)>("cuCtxPopCurrent", 4000);
};

const Driver& driver() {
  static const Driver functions;
  return functions;
}

}  // namespace

DeviceContext::DeviceContext(int device) {
  CUdevice handle = 0;
  check_cuda(as_runtime_error(driver().device_get(&handle, device)), "cuDeviceGet");
  // Never released: the runtime may go on using it, and so may pinned memory.
  check_cuda(as_runtime_error(driver().retain(&context_, handle)), "cuDevicePrimaryCtxRetain");
}

DeviceContext::Current::Current(const DeviceContext& context, std::nothrow_t) noexcept
    : result_(as_runtime_error(driver().push(context.context_))) {}

DeviceContext::Current::Current(const DeviceContext& context) : Current(context, std::nothrow) {
  check_cuda(result_, "cuCtxPushCurrent");
}

DeviceContext::Current::~Current() {
  CUcontext popped = nullptr;
  if (result_ == cudaSuccess) driver().pop(&popped);
}

}  // namespace lifereel
