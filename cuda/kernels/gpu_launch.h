// SPDX-License-Identifier: GPL-2.0-or-later
// Runs kernel bodies (launch.h) on the GPU; in tests, where the compiler is not nvcc, on the host.
#pragma once

#if !defined(__CUDACC__)
#include "host_launch.h"
#else

#include <algorithm>
#include <type_traits>

#include "cuda/kernels/launch.h"

namespace lifereel {

inline constexpr unsigned whole_warp = 0xffffffffu;

/// Blocks of 512 threads of which a multiprocessor has room for the threads.
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ == 750
inline constexpr int most_resident_blocks = 2;
#elif __CUDA_ARCH__ == 860 || __CUDA_ARCH__ == 870 || __CUDA_ARCH__ == 890 || __CUDA_ARCH__ >= 1200
inline constexpr int most_resident_blocks = 3;
#else
inline constexpr int most_resident_blocks = 4;
#endif
template <class... Bodies>
inline constexpr int resident_blocks = std::min(most_resident_blocks,
                                                std::max({Bodies::resident_blocks...}));

/// Adds up and compares what the threads of a group keep; every thread gets the result.
template <class Body>
struct GpuCombiner {
  typename Body::Local& local;

  __device__ __forceinline__ void sum(std::int64_t Body::Local::*member) const {
    std::int64_t& value = local.*member;
#if __CUDA_ARCH__ >= 800
    if constexpr (Body::group == 32) {
      // The hardware adds 32 bits: of 24 low and 40 high ones neither sum overflows.
      const std::uint32_t low =
          __reduce_add_sync(whole_warp, static_cast<std::uint32_t>(value) & 0xffffffu);
      const std::int32_t high =
          __reduce_add_sync(whole_warp, static_cast<std::int32_t>(value >> 24));
      value = (std::int64_t{high} << 24) + low;
    } else
#endif
    {
      for (int distance = Body::group / 2; distance > 0; distance /= 2)
        value += __shfl_xor_sync(whole_warp, value, distance);
    }
  }

  __device__ __forceinline__ void maximum(std::int32_t Body::Local::*member) const {
    std::int32_t& value = local.*member;
    for (int distance = Body::group / 2; distance > 0; distance /= 2) {
      const std::int32_t other = __shfl_xor_sync(whole_warp, value, distance);
      value = other > value ? other : value;
    }
  }
};

template <class Body, int phase = 0>
__device__ __forceinline__ void run_phases(const Body& body, const Thread& thread,
                                           typename Body::Local& local,
                                           typename Body::Shared& shared) {
  body.template run<phase>(thread, local, shared);
  GpuCombiner<Body> combiner{local};
  Body::template combine<phase>(combiner);
  if constexpr (phase + 1 < Body::phases) {
    if constexpr (Body::scope == Scope::warp)
      __syncwarp();
    else
      __syncthreads();
    run_phases<Body, phase + 1>(body, thread, local, shared);
  }
}

template <class Body>
__device__ __forceinline__ void run_block(const Body& body, unsigned block, unsigned blocks) {
  extern __shared__ __align__(16) unsigned char shared_bytes[];
  auto* const shared = reinterpret_cast<typename Body::Shared*>(shared_bytes);
  const Thread thread = {static_cast<std::int32_t>(block), static_cast<std::int32_t>(blocks),
                         static_cast<std::int32_t>(threadIdx.x),
                         static_cast<std::int32_t>(blockDim.x)};
  typename Body::Local local;
  run_phases(body, thread, local,
             shared[Body::scope == Scope::warp ? thread.thread / Body::group : 0]);
}

template <class Body>
__global__ void __launch_bounds__(512, resident_blocks<Body>)
    kernel(const __grid_constant__ Body body) {
  run_block(body, blockIdx.x, gridDim.x);
}

template <class First, class Second>
__global__ void __launch_bounds__(512, resident_blocks<First, Second>)
    kernel_of_both(const __grid_constant__ First first, const __grid_constant__ Second second,
                   unsigned first_blocks) {
  if (blockIdx.x < first_blocks)
    run_block(first, blockIdx.x, first_blocks);
  else
    run_block(second, blockIdx.x - first_blocks, gridDim.x - first_blocks);
}

template <class Body>
std::size_t shared_bytes(int threads) {
  if (std::is_empty_v<typename Body::Shared>) return 0;
  const int scopes = Body::scope == Scope::warp ? threads / Body::group : 1;
  return sizeof(typename Body::Shared) * static_cast<std::size_t>(scopes);
}

/// Queues `blocks` blocks of `threads` threads, at most 512, whole warps.
template <class Body>
cudaError_t launch(const Body& body, std::int64_t blocks, int threads, cudaStream_t stream) {
  Body copied = body;
  void* arguments[] = {&copied};
  // Not <<<>>>: cudaGetLastError() would also tell what failed elsewhere in this thread.
  return cudaLaunchKernel(reinterpret_cast<const void*>(kernel<Body>),
                          dim3(static_cast<unsigned>(blocks)), dim3(static_cast<unsigned>(threads)),
                          arguments, shared_bytes<Body>(threads), stream);
}

/// Queues two bodies as one launch, their blocks side by side; either may have none.
template <class First, class Second>
cudaError_t launch_both(const First& first, std::int64_t first_blocks, const Second& second,
                        std::int64_t second_blocks, int threads, cudaStream_t stream) {
  First first_copied = first;
  Second second_copied = second;
  auto count = static_cast<unsigned>(first_blocks);
  void* arguments[] = {&first_copied, &second_copied, &count};
  return cudaLaunchKernel(reinterpret_cast<const void*>(kernel_of_both<First, Second>),
                          dim3(static_cast<unsigned>(first_blocks + second_blocks)),
                          dim3(static_cast<unsigned>(threads)), arguments,
                          std::max(shared_bytes<First>(threads), shared_bytes<Second>(threads)),
                          stream);
}

/// Loads the code for the current device: cudaErrorNoKernelImageForDevice where there is none.
template <class... Bodies>
cudaError_t load_code() {
  cudaFuncAttributes attributes;
  if constexpr (sizeof...(Bodies) == 1)
    return cudaFuncGetAttributes(&attributes, kernel<Bodies...>);
  else
    return cudaFuncGetAttributes(&attributes, kernel_of_both<Bodies...>);
}

}  // namespace lifereel

#endif  // __CUDACC__
