// SPDX-License-Identifier: GPL-2.0-or-later
// A GPU for machines without one: as much of CUDA as cuda/ uses, run by the host. Its calls are in
// cuda_runtime.h and cuda.h.
//
// Nothing that is queued runs when it is queued. When somebody waits, operations run one at a time,
// each time from a randomly chosen stream whose next operation may run, and a kernel's blocks,
// warps and threads in random order (host_launch.h). So a missing wait between streams, a buffer
// used again too early, or a sum that depends on order, shows as wrong pictures. Memory that the
// GPU or the caller no longer has is found by AddressSanitizer. A call for what belongs to another
// device than the thread's current one fails. For one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorDevicesUnavailable = 46,
  cudaErrorInvalidDeviceFunction = 98,
  cudaErrorInvalidDevice = 101,
  cudaErrorInvalidContext = 201,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorIllegalAddress = 700,
  cudaErrorNotSupported = 801,
};

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  int major, minor, multiProcessorCount, maxThreadsPerMultiProcessor;
};

namespace host_gpu {

struct Event {
  int device = 0;
  int recorded = 0;                          // how often a record was queued
  int completed = 0;                         // how often one has run
  std::chrono::steady_clock::time_point at;  // the last
};

struct Operation {
  std::function<void()> work;
  Event* wait_for = nullptr;  // may not run before this
  int recording = 0;          // has completed
};

struct Graph {
  int device = 0;
  std::vector<std::function<void()>> work;
};

struct Stream {
  int device = 0;
  std::deque<Operation> queue;
  std::unique_ptr<Graph> capturing;
};

/// What of CUDA belongs to a thread.
struct Caller {
  int device = 0;           // what cudaSetDevice() has said
  std::vector<int> pushed;  // by the driver: the last counts more
  int current() const { return pushed.empty() ? device : pushed.back(); }
};
inline Caller& caller() {
  static thread_local Caller one;
  return one;
}

struct Gpu {
  // What a test may set.
  cudaError_t count_error = cudaSuccess;
  int driver_version = 13000, runtime_version = 13000;
  std::vector<cudaDeviceProp> devices{{"Host GPU", std::size_t{2} << 30, 9, 0, 2, 2048}};
  std::size_t free_bytes = std::size_t{2} << 30;
  std::vector<std::size_t> free_bytes_of;           // of each, where it is other; may be short
  std::size_t pinned_bytes = std::size_t{2} << 30;  // the system gives at once
  int pinned_pieces = 1 << 20;                      // it still gives
  bool registers = true;                            // memory of the caller's
  std::vector<cudaError_t> busy;  // what making a context says on each; may be short
  cudaError_t load_code = cudaSuccess;
  long fail_call = -1;     // the call, counted from 0, that fails with an illegal address
  long break_call = -1;    // the call from which on all do
  long break_launch = -1;  // likewise, the launch of a graph
  std::mt19937 random{1};

  // What it may look at.
  long calls = 0;
  int allocations = 0;  // of memory, streams, events and graphs, now alive
  int allocated_in_all = 0;
  int launches = 0;        // of graphs
  int kernels = 0;         // that have run
  std::set<int> contexts;  // of devices that have one

  std::vector<Stream*> streams;
  std::map<void*, int> memory;  // and its device; pinned memory: -1

  std::size_t free_now(int device) const {
    const auto index = static_cast<std::size_t>(device);
    return index < free_bytes_of.size() ? free_bytes_of[index] : free_bytes;
  }

  cudaError_t make_context(int device) {
    const auto index = static_cast<std::size_t>(device);
    if (index >= devices.size()) return cudaErrorInvalidDevice;
    if (index < busy.size() && busy[index] != cudaSuccess) return busy[index];
    contexts.insert(device);
    return cudaSuccess;
  }
  /// A call that needs no context.
  cudaError_t call() {
    const long number = calls++;
    const bool fails = number == fail_call || (break_call >= 0 && number >= break_call);
    return fails ? cudaErrorIllegalAddress : cudaSuccess;
  }
  /// One that needs the current device's.
  cudaError_t call_on_device() {
    const cudaError_t failed = call();
    return failed != cudaSuccess ? failed : make_context(caller().current());
  }
  /// One for something of this device.
  cudaError_t call_for(int device) {
    if (const cudaError_t failed = call_on_device()) return failed;
    return device == caller().current() ? cudaSuccess : cudaErrorInvalidResourceHandle;
  }

  void queue(Stream* stream, std::function<void()> work) {
    if (stream->capturing)
      stream->capturing->work.push_back(std::move(work));
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
