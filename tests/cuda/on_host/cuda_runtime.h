// SPDX-License-Identifier: GPL-2.0-or-later
// A GPU for machines without one: as much of CUDA's runtime as cuda/ uses, run by the host.
//
// Nothing that is queued runs when it is queued. When somebody waits, operations run one at a time,
// each time from a randomly chosen stream whose next operation may run, and a kernel's blocks,
// warps and threads in random order (host_launch.h). So a missing wait between streams, a buffer
// used again too early, or a sum that depends on order, shows as wrong pictures. Memory that the
// GPU or the caller no longer has is found by AddressSanitizer. For one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#define __CUDA_ARCH_LIST__ 750, 900

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorDevicesUnavailable = 46,
  cudaErrorInvalidDeviceFunction = 98,
  cudaErrorInvalidDevice = 101,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorIllegalAddress = 700,
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal };
inline constexpr unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2,
                          cudaEventBlockingSync = 1, cudaEventRecordExternal = 1,
                          cudaHostAllocPortable = 1;

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  int major, minor, multiProcessorCount, maxThreadsPerMultiProcessor;
};

namespace host_gpu {

struct Event {
  int recorded = 0;                          // how often a record was queued
  int completed = 0;                         // how often one has run
  std::chrono::steady_clock::time_point at;  // the last
};

struct Operation {
  std::function<void()> work;
  Event* wait_for = nullptr;  // may not run before this
  int recording = 0;          // has completed
};

using Graph = std::vector<std::function<void()>>;

struct Stream {
  std::deque<Operation> queue;
  std::unique_ptr<Graph> capturing;
};

struct Gpu {
  // What a test may set.
  cudaError_t count_error = cudaSuccess;
  int driver_version = 13000;
  std::vector<cudaDeviceProp> devices{{"Host GPU", std::size_t{2} << 30, 9, 0, 2, 2048}};
  std::size_t free_bytes = std::size_t{2} << 30;
  std::size_t pinned_bytes = std::size_t{2} << 30;  // the system gives at once
  int pinned_pieces = 1 << 20;                      // it still gives
  std::vector<cudaError_t> busy;                    // what cudaSetDevice says of each; may be short
  cudaError_t load_code = cudaSuccess;
  long fail_call = -1;  // the call, counted from 0, that fails with an illegal address
  std::mt19937 random{1};

  // What it may look at.
  long calls = 0;
  int allocations = 0;  // of memory, streams, events and graphs, now alive
  int allocated_in_all = 0;
  int launches = 0;  // of graphs
  int kernels = 0;   // that have run

  std::vector<Stream*> streams;

  cudaError_t call() { return calls++ == fail_call ? cudaErrorIllegalAddress : cudaSuccess; }

  void queue(Stream* stream, std::function<void()> work) {
    if (stream->capturing)
      stream->capturing->push_back(std::move(work));
    else
      stream->queue.push_back({std::move(work), nullptr, 0});
  }

  // Runs one operation; false: none may run.
  bool run_one() {
    std::vector<Stream*> ready;
    for (Stream* stream : streams) {
      if (stream->queue.empty()) continue;
      const Operation& next = stream->queue.front();
      if (next.wait_for == nullptr || next.wait_for->completed >= next.recording)
        ready.push_back(stream);
    }
    if (ready.empty()) return false;
    Stream* const stream = ready[random() % ready.size()];
    const Operation operation = std::move(stream->queue.front());
    stream->queue.pop_front();
    if (operation.work) operation.work();
    return true;
  }

  template <class Done>
  void run_until(Done&& done) {
    while (!done())
      if (!run_one()) std::abort();  // waits for what can never come
  }
};

inline Gpu& gpu() {
  static Gpu one;
  return one;
}

}  // namespace host_gpu

using cudaStream_t = host_gpu::Stream*;
using cudaEvent_t = host_gpu::Event*;
using cudaGraph_t = host_gpu::Graph*;
using cudaGraphExec_t = host_gpu::Graph*;

#define HOST_GPU_CALL() \
  if (const cudaError_t failed = host_gpu::gpu().call(); failed) return failed

namespace host_gpu {
inline void born() {
  ++gpu().allocations;
  ++gpu().allocated_in_all;
}
template <class T>
cudaError_t make(T** object) {
  HOST_GPU_CALL();
  *object = new T;
  born();
  return cudaSuccess;
}
template <class T>
cudaError_t destroy(T* object) {
  if (object != nullptr) --gpu().allocations;
  delete object;
  return cudaSuccess;
}
inline cudaError_t allocate(void** data, std::size_t bytes) {
  HOST_GPU_CALL();
  if (bytes > gpu().free_bytes) return cudaErrorMemoryAllocation;
  *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(*data, 0xcd, bytes);
  born();
  return cudaSuccess;
}
inline cudaError_t release(void* data) {
  if (data != nullptr) --gpu().allocations;
  std::free(data);
  return cudaSuccess;
}
}  // namespace host_gpu

inline const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorIllegalAddress ? "an illegal memory access was encountered"
                                          : "another error";
}
inline const char* cudaGetErrorName(cudaError_t error) {
  return error == cudaErrorIllegalAddress ? "cudaErrorIllegalAddress" : "cudaErrorOther";
}
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline cudaError_t cudaDriverGetVersion(int* version) {
  *version = host_gpu::gpu().driver_version;
  return cudaSuccess;
}
inline cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
inline cudaError_t cudaGetDeviceCount(int* count) {
  *count = static_cast<int>(host_gpu::gpu().devices.size());
  return host_gpu::gpu().count_error;
}
inline cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  HOST_GPU_CALL();
  *properties = host_gpu::gpu().devices.at(static_cast<std::size_t>(device));
  return cudaSuccess;
}
inline cudaError_t cudaSetDevice(int device) {
  HOST_GPU_CALL();
  const auto index = static_cast<std::size_t>(device);
  if (index >= host_gpu::gpu().devices.size()) return cudaErrorInvalidDevice;
  return index < host_gpu::gpu().busy.size() ? host_gpu::gpu().busy[index] : cudaSuccess;
}
inline cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* all_bytes) {
  HOST_GPU_CALL();
  *free_bytes = *all_bytes = host_gpu::gpu().free_bytes;
  return cudaSuccess;
}

inline cudaError_t cudaMalloc(void** data, std::size_t bytes) {
  return host_gpu::allocate(data, bytes);
}
inline cudaError_t cudaFree(void* data) {
  host_gpu::Gpu& gpu = host_gpu::gpu();
  while (gpu.run_one()) {
  }
  return host_gpu::release(data);
}
inline cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned) {
  host_gpu::Gpu& gpu = host_gpu::gpu();
  if (bytes > gpu.pinned_bytes || gpu.pinned_pieces == 0) return cudaErrorMemoryAllocation;
  --gpu.pinned_pieces;
  return host_gpu::allocate(data, bytes);
}
inline cudaError_t cudaFreeHost(void* data) { return host_gpu::release(data); }

inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  if (const cudaError_t failed = host_gpu::make(stream)) return failed;
  host_gpu::gpu().streams.push_back(*stream);
  return cudaSuccess;
}
inline cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  if (stream == nullptr) return cudaSuccess;
  std::erase(host_gpu::gpu().streams, stream);
  return host_gpu::destroy(stream);
}
inline cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  host_gpu::gpu().run_until([stream] { return stream->queue.empty(); });
  HOST_GPU_CALL();
  return cudaSuccess;
}
inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return host_gpu::make(event);
}
inline cudaError_t cudaEventCreate(cudaEvent_t* event) { return host_gpu::make(event); }
inline cudaError_t cudaEventDestroy(cudaEvent_t event) { return host_gpu::destroy(event); }
inline cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  HOST_GPU_CALL();
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
  HOST_GPU_CALL();
  stream->queue.push_back({nullptr, event, event->recorded});
  return cudaSuccess;
}
inline cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  host_gpu::gpu().run_until([event] { return event->completed == event->recorded; });
  HOST_GPU_CALL();
  return cudaSuccess;
}

inline cudaError_t cudaMemsetAsync(void* data, int value, std::size_t bytes, cudaStream_t stream) {
  HOST_GPU_CALL();
  host_gpu::gpu().queue(stream, [=] { std::memset(data, value, bytes); });
  return cudaSuccess;
}
inline cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind,
                                   cudaStream_t stream) {
  HOST_GPU_CALL();
  host_gpu::gpu().queue(stream, [=] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}
inline cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from,
                                     std::size_t from_pitch, std::size_t width, std::size_t height,
                                     cudaMemcpyKind, cudaStream_t stream) {
  HOST_GPU_CALL();
  host_gpu::gpu().queue(stream, [=] {
    for (std::size_t row = 0; row < height; ++row)
      std::memcpy(static_cast<char*>(to) + row * to_pitch,
                  static_cast<const char*>(from) + row * from_pitch, width);
  });
  return cudaSuccess;
}

inline cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  HOST_GPU_CALL();
  stream->capturing = std::make_unique<host_gpu::Graph>();
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
  HOST_GPU_CALL();
  ++host_gpu::gpu().launches;
  for (const auto& work : *graph) stream->queue.push_back({work, nullptr, 0});
  return cudaSuccess;
}
