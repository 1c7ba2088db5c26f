// SPDX-License-Identifier: GPL-2.0-or-later
// A thin layer between kernel bodies and whoever runs them: the GPU (gpu_launch.h) or, in tests,
// the host (tests/cuda/on_host), which runs blocks, warps and threads one by one in scrambled
// order.
//
// A body is a struct derived from KernelBody whose members are its arguments. Its work is cut into
// phases, run<0>, run<1>, ...: all threads of its scope have done one before any of them begins the
// next. What a thread keeps from phase to phase lies in its Local, what a scope shares in its
// Shared. After each phase, combine<phase>() may add up or compare the Locals of threads.
#pragma once

#include <cstdint>

#include "sim/arithmetic/arithmetic.h"

#if defined(__CUDACC__)
#define LIFEREEL_KERNEL __host__ __device__ __forceinline__
#else
#define LIFEREEL_KERNEL inline
#endif
// Before a loop: how often the GPU's compiler unrolls it.
#if defined(__CUDA_ARCH__)
#define LIFEREEL_PRAGMA(text) _Pragma(#text)
#define LIFEREEL_UNROLL(n) LIFEREEL_PRAGMA(unroll n)
#else
#define LIFEREEL_UNROLL(n)
#endif

namespace lifereel {

/// Where a thread stands. Sizes are one-dimensional.
struct Thread {
  std::int32_t block, blocks;
  std::int32_t thread, threads;  ///< within the block

  LIFEREEL_KERNEL std::int32_t global() const { return block * threads + thread; }
  LIFEREEL_KERNEL std::int32_t all() const { return blocks * threads; }
  /// Of the groups of `size` consecutive threads; may count further than threads can.
  LIFEREEL_KERNEL std::int32_t group_number(std::int32_t size) const {
    return block * (threads / size) + thread / size;
  }
};

/// Threads that meet between phases, and share one Shared.
enum class Scope { warp, block };

struct KernelBody {
  struct Nothing {};
  using Local = Nothing;
  using Shared = Nothing;
  static constexpr int phases = 1;
  static constexpr Scope scope = Scope::block;
  /// Consecutive threads with a Shared of their own, where scope is warp: 8, 16 or 32.
  static constexpr int group = 32;
  /// Blocks of 512 threads for which a multiprocessor has registers at least: more are more to do
  /// while memory is waited for, and each has fewer. 0: the compiler finds the best.
  static constexpr int resident_blocks = 0;

  template <int phase, class Combiner>
  LIFEREEL_KERNEL static void combine(Combiner&) {}
};

/// Memory that several threads write. Integers, so that the order of additions is free.
LIFEREEL_KERNEL std::int32_t atomic_add(std::int32_t* to, std::int32_t value) {
#if defined(__CUDA_ARCH__)
  return atomicAdd(to, value);
#else
  return __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
#endif
}
LIFEREEL_KERNEL void atomic_add(std::uint32_t* to, std::uint32_t value) {
#if defined(__CUDA_ARCH__)
  atomicAdd(to, value);
#else
  __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
#endif
}
LIFEREEL_KERNEL void atomic_add(std::uint64_t* to, std::uint64_t value) {
#if defined(__CUDA_ARCH__)
  atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(value));
#else
  __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
#endif
}

#if !defined(__CUDA_ARCH__)
template <class T>
void atomic_max_on_host(T* to, T value) {
  T there = __atomic_load_n(to, __ATOMIC_RELAXED);
  while (there < value && !__atomic_compare_exchange_n(to, &there, value, false, __ATOMIC_RELAXED,
                                                       __ATOMIC_RELAXED)) {
  }
}
#endif
LIFEREEL_KERNEL void atomic_max(std::int32_t* to, std::int32_t value) {
#if defined(__CUDA_ARCH__)
  // Most calls find a larger value there: reading is cheaper than queuing for the one address.
  if (*static_cast<volatile std::int32_t*>(to) < value) atomicMax(to, value);
#else
  atomic_max_on_host(to, value);
#endif
}
LIFEREEL_KERNEL void atomic_max(std::uint64_t* to, std::uint64_t value) {
#if defined(__CUDA_ARCH__)
  atomicMax(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(value));
#else
  atomic_max_on_host(to, value);
#endif
}

}  // namespace lifereel
