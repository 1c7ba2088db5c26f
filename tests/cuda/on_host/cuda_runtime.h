// SPDX-License-Identifier: GPL-2.0-or-later
// The runtime's calls on a GPU made of the host (host_gpu.h).
#pragma once

#include <cstring>
#include <string_view>

#include "host_gpu.h"

#define CUDART_VERSION 13000
#define __CUDA_ARCH_LIST__ 750, 900

enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal };
inline constexpr unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2,
                          cudaEventBlockingSync = 1, cudaEventRecordExternal = 1,
                          cudaHostAllocPortable = 1, cudaHostRegisterPortable = 1;

using cudaStream_t = host_gpu::Stream*;
using cudaEvent_t = host_gpu::Event*;
using cudaGraph_t = host_gpu::Graph*;
using cudaGraphExec_t = host_gpu::Graph*;

#define HOST_GPU_CALL() \
  if (const cudaError_t failed = host_gpu::gpu().call_on_device(); failed) return failed
#define HOST_GPU_CALL_FOR(object) \
  if (const cudaError_t failed = host_gpu::gpu().call_for((object)->device); failed) return failed

namespace host_gpu {
inline void born() {
  ++gpu().allocations;
  ++gpu().allocated_in_all;
}
template <class T>
cudaError_t make(T** object) {
  HOST_GPU_CALL();
  *object = new T;
  (*object)->device = caller().current();
  born();
  return cudaSuccess;
}
// Even where all else fails, as long as the device is current.
template <class T>
cudaError_t destroy(T* object) {
  if (object == nullptr) return cudaSuccess;
  if (object->device != caller().current()) return cudaErrorInvalidResourceHandle;
  --gpu().allocations;
  delete object;
  return cudaSuccess;
}
inline void* allocate(std::size_t bytes, int device) {
  void* const data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(data, 0xcd, bytes);
  gpu().memory[data] = device;
  born();
  return data;
}
// Memory of the current device, or pinned memory.
inline cudaError_t forget(void* data, int device) {
  if (const cudaError_t failed = gpu().make_context(caller().current())) return failed;
  const auto found = gpu().memory.find(data);
  if (found == gpu().memory.end() || found->second != device) return cudaErrorInvalidResourceHandle;
  gpu().memory.erase(found);
  --gpu().allocations;
  return cudaSuccess;
}
inline cudaError_t take_pinned(std::size_t bytes) {
  HOST_GPU_CALL();
  if (bytes > gpu().pinned_bytes || gpu().pinned_pieces == 0) return cudaErrorMemoryAllocation;
  --gpu().pinned_pieces;
  return cudaSuccess;
}
}  // namespace host_gpu

inline const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaErrorIllegalAddress:
      return "an illegal memory access was encountered";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorDevicesUnavailable:
      return "CUDA-capable device(s) is/are busy or unavailable";
    default:
      return "another error";
  }
}
inline const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorDevicesUnavailable:
      return "cudaErrorDevicesUnavailable";
    default:
      return "cudaErrorOther";
  }
}
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline cudaError_t cudaDriverGetVersion(int* version) {
  *version = host_gpu::gpu().driver_version;
  return cudaSuccess;
}
inline cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = host_gpu::gpu().runtime_version;
  return cudaSuccess;
}
inline cudaError_t cudaGetDeviceCount(int* count) {
  *count = static_cast<int>(host_gpu::gpu().devices.size());
  return host_gpu::gpu().count_error;
}
inline cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (const cudaError_t failed = host_gpu::gpu().call()) return failed;
  *properties = host_gpu::gpu().devices.at(static_cast<std::size_t>(device));
  return cudaSuccess;
}
inline cudaError_t cudaSetDevice(int device) {
  host_gpu::Caller& caller = host_gpu::caller();
  if (const cudaError_t failed = host_gpu::gpu().make_context(device)) return failed;
  (caller.pushed.empty() ? caller.device : caller.pushed.back()) = device;
  return cudaSuccess;
}
inline cudaError_t cudaGetDevice(int* device) {
  *device = host_gpu::caller().current();
  return cudaSuccess;
}
inline cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* all_bytes) {
  HOST_GPU_CALL();
  *free_bytes = *all_bytes = host_gpu::gpu().free_now(host_gpu::caller().current());
  return cudaSuccess;
}

inline cudaError_t cudaMalloc(void** data, std::size_t bytes) {
  HOST_GPU_CALL();
  const int device = host_gpu::caller().current();
  if (bytes > host_gpu::gpu().free_now(device)) return cudaErrorMemoryAllocation;
  *data = host_gpu::allocate(bytes, device);
  return cudaSuccess;
}
inline cudaError_t cudaFree(void* data) {
  host_gpu::Gpu& gpu = host_gpu::gpu();
  if (data == nullptr) return cudaSuccess;
  while (gpu.run_one()) {
  }
  if (const cudaError_t failed = host_gpu::forget(data, host_gpu::caller().current()))
    return failed;
  std::free(data);
  return cudaSuccess;
}
inline cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned) {
  if (const cudaError_t failed = host_gpu::take_pinned(bytes)) return failed;
  *data = host_gpu::allocate(bytes, -1);
  return cudaSuccess;
}
inline cudaError_t cudaFreeHost(void* data) {
  if (const cudaError_t failed = host_gpu::forget(data, -1)) return failed;
  std::free(data);
  return cudaSuccess;
}
inline cudaError_t cudaHostRegister(void* data, std::size_t bytes, unsigned) {
  if (!host_gpu::gpu().registers) return cudaErrorNotSupported;
  if (const cudaError_t failed = host_gpu::take_pinned(bytes)) return failed;
  host_gpu::gpu().memory[data] = -1;
  host_gpu::born();
  return cudaSuccess;
}
inline cudaError_t cudaHostUnregister(void* data) { return host_gpu::forget(data, -1); }

inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  if (const cudaError_t failed = host_gpu::make(stream)) return failed;
  host_gpu::gpu().streams.push_back(*stream);
  return cudaSuccess;
}
inline cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const cudaError_t failed = host_gpu::destroy(stream);
  if (failed == cudaSuccess) std::erase(host_gpu::gpu().streams, stream);
  return failed;
}
inline cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  host_gpu::gpu().run_until([stream] { return stream->queue.empty(); });
  HOST_GPU_CALL_FOR(stream);
  return cudaSuccess;
}
inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return host_gpu::make(event);
}
inline cudaError_t cudaEventCreate(cudaEvent_t* event) { return host_gpu::make(event); }
inline cudaError_t cudaEventDestroy(cudaEvent_t event) { return host_gpu::destroy(event); }
inline cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  HOST_GPU_CALL_FOR(stream);
  HOST_GPU_CALL_FOR(event);
  const int recording = ++event->recorded;
  host_gpu::gpu().queue(stream, [event, recording] {
    event->completed = recording;
    event->at = std::chrono::steady_clock::now();
  });
  return cudaSuccess;
}
inline cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned) {
  return cudaEventRecord(event, stream);
}
inline cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  HOST_GPU_CALL();
  *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return cudaSuccess;
}
inline cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  HOST_GPU_CALL_FOR(stream);
  stream->queue.push_back({nullptr, event, event->recorded});
  return cudaSuccess;
}
inline cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  host_gpu::gpu().run_until([event] { return event->completed == event->recorded; });
  HOST_GPU_CALL_FOR(event);
  return cudaSuccess;
}

inline cudaError_t cudaMemsetAsync(void* data, int value, std::size_t bytes, cudaStream_t stream) {
  HOST_GPU_CALL_FOR(stream);
  host_gpu::gpu().queue(stream, [=] { std::memset(data, value, bytes); });
  return cudaSuccess;
}
inline cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind,
                                   cudaStream_t stream) {
  HOST_GPU_CALL_FOR(stream);
  host_gpu::gpu().queue(stream, [=] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}
inline cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from,
                                     std::size_t from_pitch, std::size_t width, std::size_t height,
                                     cudaMemcpyKind, cudaStream_t stream) {
  HOST_GPU_CALL_FOR(stream);
  host_gpu::gpu().queue(stream, [=] {
    for (std::size_t row = 0; row < height; ++row)
      std::memcpy(static_cast<char*>(to) + row * to_pitch,
                  static_cast<const char*>(from) + row * from_pitch, width);
  });
  return cudaSuccess;
}

inline cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  HOST_GPU_CALL_FOR(stream);
  stream->capturing = std::make_unique<host_gpu::Graph>();
  stream->capturing->device = stream->device;
  return cudaSuccess;
}
inline cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = stream->capturing.release();
  host_gpu::born();
  HOST_GPU_CALL();  // like CUDA, this may hand over a graph and fail
  return cudaSuccess;
}
inline cudaError_t cudaGraphInstantiate(cudaGraphExec_t* instance, cudaGraph_t graph,
                                        unsigned long long) {
  HOST_GPU_CALL();
  *instance = new host_gpu::Graph(*graph);
  host_gpu::born();
  return cudaSuccess;
}
inline cudaError_t cudaGraphDestroy(cudaGraph_t graph) { return host_gpu::destroy(graph); }
inline cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return host_gpu::destroy(graph); }
inline cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  HOST_GPU_CALL_FOR(stream);
  HOST_GPU_CALL_FOR(graph);
  host_gpu::Gpu& gpu = host_gpu::gpu();
  if (gpu.launches++ == gpu.break_launch) {
    gpu.break_call = gpu.calls;
    return cudaErrorIllegalAddress;
  }
  for (const auto& work : graph->work) stream->queue.push_back({work, nullptr, 0});
  return cudaSuccess;
}

enum cudaDriverEntryPointQueryResult { cudaDriverEntryPointSuccess };
inline constexpr unsigned long long cudaEnableDefault = 0;
#include "cuda.h"  // what there is to ask for
inline cudaError_t cudaGetDriverEntryPointByVersion(const char* name, void** function, unsigned,
                                                    unsigned long long,
                                                    cudaDriverEntryPointQueryResult* found) {
  const std::string_view asked = name;
  *function = asked == "cuDeviceGet" ? reinterpret_cast<void*>(cuDeviceGet)
              : asked == "cuDevicePrimaryCtxRetain"
                  ? reinterpret_cast<void*>(cuDevicePrimaryCtxRetain)
              : asked == "cuCtxPushCurrent" ? reinterpret_cast<void*>(cuCtxPushCurrent)
              : asked == "cuCtxPopCurrent"  ? reinterpret_cast<void*>(cuCtxPopCurrent)
              : asked == "cuCtxGetCurrent"  ? reinterpret_cast<void*>(cuCtxGetCurrent)
                                            : nullptr;
  *found = cudaDriverEntryPointSuccess;
  return cudaSuccess;
}
