// SPDX-License-Identifier: GPL-2.0-or-later
// What CUDA hands out, each owned by an object. Internal to cuda/.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

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

// Pinned, in as few pieces as the system gives; what it does not pin at all is plain: copies into
// it are slower, and no more. No picture lies in two pieces.
inline PictureMemory allocate_pinned(std::size_t picture_bytes, std::size_t pictures) {
  PictureMemory memory(picture_bytes);
  for (std::size_t piece = pictures; memory.pictures() < pictures;) {
    const std::size_t left = pictures - memory.pictures();
    piece = std::min(piece, left);
    void* data = nullptr;
    if (cudaHostAlloc(&data, memory.picture_bytes() * piece, cudaHostAllocPortable) ==
        cudaSuccess) {
      memory.add(PictureMemory::Piece(static_cast<std::uint8_t*>(data),
                                      [](std::uint8_t* pinned) { cudaFreeHost(pinned); }),
                 piece);
      continue;
    }
    cudaGetLastError();  // it is dealt with
    if (piece == 1) {
      memory.add_slow(left);
      break;
    }
    piece = (piece + 1) / 2;
  }
  return memory;
}

}  // namespace lifereel
