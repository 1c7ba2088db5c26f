// SPDX-License-Identifier: GPL-2.0-or-later
#include "ceilings.h"

#include <cuda_runtime.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace {

void check(cudaError_t result) {
  if (result != cudaSuccess)
    throw std::runtime_error(std::string("ceilings: ") + cudaGetErrorString(result));
}

template <class Work>
double seconds(Work&& work) {
  check(cudaDeviceSynchronize());
  const auto start = std::chrono::steady_clock::now();
  work();
  check(cudaDeviceSynchronize());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Memory {
  void* data = nullptr;
  explicit Memory(std::size_t bytes) {
    check(cudaMalloc(&data, bytes));
    check(cudaMemset(data, 0, bytes));
  }
  ~Memory() { cudaFree(data); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
};

struct Stream {
  cudaStream_t stream = nullptr;
  Stream() { check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)); }
  ~Stream() { cudaStreamDestroy(stream); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
};

__global__ void nothing() {}

constexpr int chains = 8, turns = 4096;
__global__ void calculate(float* out, float factor, float summand) {
  float values[chains];
  for (int i = 0; i < chains; ++i) values[i] = static_cast<float>(threadIdx.x + i);
#pragma unroll 4
  for (int turn = 0; turn < turns; ++turn)
    for (float& value : values) value = __fadd_rn(__fmul_rn(value, factor), summand);
  float sum = 0;
  for (const float value : values) sum += value;
  if (sum == -1.0f) *out = sum;  // never, but who knows
}

double operations_per_second(int processors) {
  const Memory out(sizeof(float));
  const auto run = [&] {
    calculate<<<static_cast<unsigned>(processors) * 64, 256>>>(static_cast<float*>(out.data), 0.5f,
                                                               1.0f);
    check(cudaGetLastError());
  };
  run();
  const double took = seconds(run);
  return 2.0 * chains * turns * 256 * 64 * processors / took;
}

double memory_bytes_per_second() {
  constexpr std::size_t bytes = std::size_t{1} << 30;
  const Memory from(bytes), to(bytes);
  const auto copy = [&] {
    check(cudaMemcpyAsync(to.data, from.data, bytes, cudaMemcpyDeviceToDevice));
  };
  copy();
  constexpr int copies = 10;
  return 2.0 * copies * bytes / seconds([&] {
           for (int i = 0; i < copies; ++i) copy();
         });
}

double frame_seconds() {
  const Stream stream;
  check(cudaStreamBeginCapture(stream.stream, cudaStreamCaptureModeThreadLocal));
  for (int kernel = 0; kernel < 3; ++kernel) nothing<<<128, 128, 0, stream.stream>>>();
  cudaGraph_t graph = nullptr;
  check(cudaStreamEndCapture(stream.stream, &graph));
  cudaGraphExec_t launch = nullptr;
  check(cudaGraphInstantiate(&launch, graph, 0));
  const auto run = [&](int times) {
    for (int i = 0; i < times; ++i) check(cudaGraphLaunch(launch, stream.stream));
  };
  run(100);
  const double took = seconds([&] { run(5000); }) / 5000;
  cudaGraphExecDestroy(launch);
  cudaGraphDestroy(graph);
  return took;
}

double pinned_gib_seconds() {
  void* data = nullptr;
  const double took =
      seconds([&] { check(cudaHostAlloc(&data, std::size_t{1} << 30, cudaHostAllocPortable)); });
  check(cudaFreeHost(data));
  return took;
}

}  // namespace

Ceilings measure_ceilings() {
  int device = 0, processors = 0;
  check(cudaGetDevice(&device));
  check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device));
  return {operations_per_second(processors), memory_bytes_per_second(), frame_seconds(),
          pinned_gib_seconds()};
}

double seconds_to_host(std::size_t bytes) {
  const Memory from(bytes);
  void* to = nullptr;
  check(cudaHostAlloc(&to, bytes, cudaHostAllocPortable));
  const Stream stream;
  const auto copies = [&](int times) {
    for (int i = 0; i < times; ++i)
      check(cudaMemcpyAsync(to, from.data, bytes, cudaMemcpyDeviceToHost, stream.stream));
  };
  copies(2);
  const int times = bytes < (std::size_t{1} << 22) ? 2000 : 50;
  const double took = seconds([&] { copies(times); }) / times;
  check(cudaFreeHost(to));
  return took;
}
