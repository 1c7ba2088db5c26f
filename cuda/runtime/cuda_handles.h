// SPDX-License-Identifier: GPL-2.0-or-later
// What CUDA hands out, each owned by an object. Internal to cuda/.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "cuda/runtime/cuda_devices.h"

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
  // One that streams wait for.
  Event() : Event(cudaEventDisableTiming) {}
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  operator cudaEvent_t() const { return event_; }

 protected:
  explicit Event(unsigned flags) {
    check_cuda(cudaEventCreateWithFlags(&event_, flags), "cudaEventCreateWithFlags");
  }

 private:
  cudaEvent_t event_ = nullptr;
};

// One that the host waits for, and sleeps meanwhile: the device has to interrupt it.
class HostEvent : public Event {
 public:
  HostEvent() : Event(cudaEventDisableTiming | cudaEventBlockingSync) {}
  void synchronize() const { check_cuda(cudaEventSynchronize(*this), "cudaEventSynchronize"); }
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

}  // namespace lifereel
