// SPDX-License-Identifier: GPL-2.0-or-later
// A device for the calls of a thread, for as long as they take. Internal to cuda/.
#pragma once

#include <cuda.h>
#include <cuda_runtime.h>

#include <new>

namespace lifereel {

// Note: [The caller's device]
// A thread's current device is its caller's: a program around lifereel may compute on another one.
// cudaSetDevice() would change it, and set back it would make a context on a device that nobody has
// used, device 0 as a rule: hundreds of megabytes there, or a failure where that one is busy. So
// the device's primary context, which the runtime uses too, is pushed onto the thread's stack of
// the driver, where the runtime finds it, and popped again. What is left is exactly what was there.

/// The primary context of a device: a value, for it stays as long as the process.
class DeviceContext {
 public:
  /// Makes it where it is not there yet: on a device that is busy or full this fails. Throws
  /// std::runtime_error with CUDA's text.
  explicit DeviceContext(int device);

  /// While it lives, calls of this thread are for the device. Last made, first destroyed.
  class Current {
   public:
    explicit Current(const DeviceContext& context);  ///< throws std::runtime_error
    /// For whoever cleans up, and must go on: without the device its calls fail.
    Current(const DeviceContext& context, std::nothrow_t) noexcept;
    ~Current();
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

   private:
    cudaError_t result_;
  };

 private:
  CUcontext context_ = nullptr;
};

}  // namespace lifereel
