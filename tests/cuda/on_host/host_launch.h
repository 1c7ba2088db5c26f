// SPDX-License-Identifier: GPL-2.0-or-later
// Runs kernel bodies (cuda/kernels/launch.h) on the host: blocks in random order, shared out among
// host threads where a test asks for them; within a block, warps and threads in random order. What
// a phase has not written is garbage.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <thread>

#include "cuda/kernels/launch.h"
#include "cuda_runtime.h"

namespace host_gpu {

/// Host threads that run the blocks of a kernel at the same time: for ThreadSanitizer.
inline int& concurrent_blocks() {
  static int threads = 1;
  return threads;
}

}  // namespace host_gpu

namespace lifereel {

template <class Body>
struct HostCombiner {
  typename Body::Local* locals;  // of one group
  template <class T>
  void sum(T Body::Local::*member) const {
    T total = 0;
    for (int i = 0; i < Body::group; ++i) total += locals[i].*member;
    for (int i = 0; i < Body::group; ++i) locals[i].*member = total;
  }
  template <class T>
  void maximum(T Body::Local::*member) const {
    T largest = locals[0].*member;
    for (int i = 1; i < Body::group; ++i) largest = std::max(largest, locals[i].*member);
    for (int i = 0; i < Body::group; ++i) locals[i].*member = largest;
  }
};

template <class T>
std::unique_ptr<unsigned char[]> garbage(int count) {
  const auto bytes = sizeof(T) * static_cast<std::size_t>(count);
  std::unique_ptr<unsigned char[]> memory(new unsigned char[bytes]);
  std::memset(memory.get(), 0xcd, bytes);
  return memory;
}

/// One scope (a warp or a block): threads first .. first + count - 1 of a block.
template <class Body, int phase = 0>
void run_scope_on_host(const Body& body, Thread thread, int first, int count,
                       typename Body::Local* locals, typename Body::Shared* shared,
                       std::mt19937& random) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), first);
  std::shuffle(order.begin(), order.end(), random);
  for (const int t : order) {
    thread.thread = t;
    body.template run<phase>(thread, locals[t],
                             shared[Body::scope == Scope::warp ? t / Body::group : 0]);
  }
  for (int t = first; t < first + count; t += Body::group) {
    HostCombiner<Body> combiner{locals + t};
    Body::template combine<phase>(combiner);
  }
  if constexpr (phase + 1 < Body::phases)
    run_scope_on_host<Body, phase + 1>(body, thread, first, count, locals, shared, random);
}

template <class Body>
void run_block_on_host(const Body& body, int block, int blocks, int threads, std::mt19937& random) {
  const auto local_bytes = garbage<typename Body::Local>(threads);
  const auto shared_bytes =
      garbage<typename Body::Shared>(Body::scope == Scope::warp ? threads / Body::group : 1);
  auto* const locals = reinterpret_cast<typename Body::Local*>(local_bytes.get());
  auto* const shared = reinterpret_cast<typename Body::Shared*>(shared_bytes.get());
  const Thread thread = {block, blocks, 0, threads};
  if constexpr (Body::scope == Scope::block) {
    run_scope_on_host(body, thread, 0, threads, locals, shared, random);
  } else {
    std::vector<int> warps(static_cast<std::size_t>(threads / 32));
    std::iota(warps.begin(), warps.end(), 0);
    std::shuffle(warps.begin(), warps.end(), random);
    for (const int warp : warps)
      run_scope_on_host(body, thread, 32 * warp, 32, locals, shared, random);
  }
}

/// run_block(number, random) for every block of a launch.
template <class RunBlock>
void run_blocks_on_host(int blocks, std::mt19937& random, RunBlock&& run_block) {
  std::vector<int> order(static_cast<std::size_t>(blocks));
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  const auto run_some = [&](std::size_t from, std::size_t step, unsigned seed) {
    std::mt19937 own_random(seed);
    for (std::size_t i = from; i < order.size(); i += step) run_block(order[i], own_random);
  };
  const int workers = host_gpu::concurrent_blocks();
  std::vector<std::thread> others;
  for (int worker = 1; worker < workers; ++worker)
    others.emplace_back(run_some, worker, workers, static_cast<unsigned>(random()));
  run_some(0, static_cast<std::size_t>(workers), static_cast<unsigned>(random()));
  for (std::thread& other : others) other.join();
}

template <class Body>
void run_on_host(const Body& body, int blocks, int threads, std::mt19937& random) {
  run_blocks_on_host(blocks, random, [&](int block, std::mt19937& own_random) {
    run_block_on_host(body, block, blocks, threads, own_random);
  });
}

inline bool can_launch(std::int64_t blocks, int threads) {
  return blocks >= 1 && blocks <= 0x7fffffff && threads >= 32 && threads <= 512 &&
         threads % 32 == 0;
}

template <class Body>
cudaError_t launch(const Body& body, std::int64_t blocks, int threads, cudaStream_t stream) {
  HOST_GPU_CALL_FOR(stream);
  if (!can_launch(blocks, threads)) return cudaErrorInvalidDevice;
  host_gpu::gpu().queue(stream, [body, blocks, threads] {
    ++host_gpu::gpu().kernels;
    run_on_host(body, static_cast<int>(blocks), threads, host_gpu::gpu().random);
  });
  return cudaSuccess;
}

template <class First, class Second>
cudaError_t launch_both(const First& first, std::int64_t first_blocks, const Second& second,
                        std::int64_t second_blocks, int threads, cudaStream_t stream) {
  HOST_GPU_CALL_FOR(stream);
  if (first_blocks < 0 || second_blocks < 0 || !can_launch(first_blocks + second_blocks, threads))
    return cudaErrorInvalidDevice;
  const auto firsts = static_cast<int>(first_blocks), seconds = static_cast<int>(second_blocks);
  host_gpu::gpu().queue(stream, [first, firsts, second, seconds, threads] {
    ++host_gpu::gpu().kernels;
    run_blocks_on_host(firsts + seconds, host_gpu::gpu().random,
                       [&](int block, std::mt19937& random) {
                         if (block < firsts)
                           run_block_on_host(first, block, firsts, threads, random);
                         else
                           run_block_on_host(second, block - firsts, seconds, threads, random);
                       });
  });
  return cudaSuccess;
}

template <class... Bodies>
cudaError_t load_code() {
  HOST_GPU_CALL();
  return host_gpu::gpu().load_code;
}

}  // namespace lifereel
