// SPDX-License-Identifier: GPL-2.0-or-later
// What CUDA hands out, each owned by an object. Internal to cuda/.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "cuda/runtime/cuda_devices.h"
#include "sim/engine.h"

namespace lifereel {

class DeviceMemory {
 public:
  explicit DeviceMemory(std::size_t bytes) { check_cuda(cudaMalloc(&data_, bytes), "cudaMalloc"); }
  ~DeviceMemory() { cudaFree(data_); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
};

class Stream {
 public:
  Stream() {
    check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking),
               "cudaStreamCreateWithFlags");
  }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  operator cudaStream_t() const { return stream_; }
  void synchronize() const { check_cuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize"); }

 private:
  cudaStream_t stream_ = nullptr;
};

// Before memory that a stream copies from or into goes, the copy is over, whatever failed.
struct Drained {
  cudaStream_t stream;
  ~Drained() { cudaStreamSynchronize(stream); }
};

class Event {
 public:
  Event() {
    // Whoever waits for it sleeps.
    check_cuda(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming | cudaEventBlockingSync),
               "cudaEventCreateWithFlags");
  }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  operator cudaEvent_t() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

// What was queued on a stream while it was captured, as one launch.
class Graph {
 public:
  template <class Queue>
  Graph(cudaStream_t stream, Queue&& queue) {
    check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
               "cudaStreamBeginCapture");
    struct Captured {
      cudaStream_t stream;
      cudaGraph_t graph = nullptr;
      bool open = true;
      cudaError_t end() {
        open = false;
        return cudaStreamEndCapture(stream, &graph);
      }
      ~Captured() {
        if (open) end();
        if (graph != nullptr) cudaGraphDestroy(graph);
      }
    } captured{stream};
    queue();
    check_cuda(captured.end(), "cudaStreamEndCapture");
    check_cuda(cudaGraphInstantiate(&graph_, captured.graph, 0), "cudaGraphInstantiate");
  }
  ~Graph() { cudaGraphExecDestroy(graph_); }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  void launch(cudaStream_t stream) const {
    check_cuda(cudaGraphLaunch(graph_, stream), "cudaGraphLaunch");
  }

 private:
  cudaGraphExec_t graph_ = nullptr;
};

class PinnedPictureMemory final : public PictureMemory {
 public:
  /// nullptr where the system pins no more memory for this process.
  static std::unique_ptr<PictureMemory> allocate(std::size_t bytes) {
    std::unique_ptr<PinnedPictureMemory> memory(new PinnedPictureMemory(bytes));
    const cudaError_t result = cudaHostAlloc(&memory->data_, bytes, cudaHostAllocPortable);
    if (result == cudaSuccess) return memory;
    cudaGetLastError();  // it is dealt with
    return nullptr;
  }
  ~PinnedPictureMemory() override { cudaFreeHost(data_); }
  std::uint8_t* data() const noexcept override { return static_cast<std::uint8_t*>(data_); }
  std::size_t size_bytes() const noexcept override { return size_bytes_; }

 private:
  explicit PinnedPictureMemory(std::size_t bytes) : size_bytes_(bytes) {}

  void* data_ = nullptr;
  const std::size_t size_bytes_;
};

}  // namespace lifereel
