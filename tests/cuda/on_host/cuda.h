// SPDX-License-Identifier: GPL-2.0-or-later
// The driver's calls on a GPU made of the host (host_gpu.h).
#pragma once

#include "host_gpu.h"

using CUresult = cudaError_t;  // the same numbers, by names of their own
using CUdevice = int;
struct CUctx_st {
  int device;
};
using CUcontext = CUctx_st*;

inline CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  *device = ordinal;
  return host_gpu::gpu().call();
}
inline CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  static CUctx_st primary[64];
  if (const CUresult failed = host_gpu::gpu().call()) return failed;
  if (const CUresult failed = host_gpu::gpu().make_context(device)) return failed;
  *context = &primary[device];
  (*context)->device = device;
  return cudaSuccess;
}
inline CUresult cuCtxPushCurrent(CUcontext context) {
  host_gpu::Gpu& gpu = host_gpu::gpu();
  if (gpu.calls++ == gpu.fail_call) return cudaErrorIllegalAddress;  // a broken device's, too
  host_gpu::caller().pushed.push_back(context->device);
  return cudaSuccess;
}
inline CUresult cuCtxGetCurrent(CUcontext* context) {
  static CUctx_st one;
  const host_gpu::Caller& caller = host_gpu::caller();
  one.device = caller.current();
  *context = caller.pushed.empty() ? nullptr : &one;
  return cudaSuccess;
}
inline CUresult cuCtxPopCurrent(CUcontext* context) {
  static_cast<void>(context);
  if (host_gpu::caller().pushed.empty()) return cudaErrorInvalidContext;
  host_gpu::caller().pushed.pop_back();
  return cudaSuccess;
}
