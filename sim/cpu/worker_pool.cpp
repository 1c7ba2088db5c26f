// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/worker_pool.h"

#include <algorithm>

#include "sim/arithmetic/float_environment.h"

namespace lifereel {

WorkerPool::WorkerPool(int threads) {
  workers_.reserve(static_cast<std::size_t>(std::max(threads, 1) - 1));
  try {
    for (int thread = 1; thread < threads; ++thread)
      workers_.emplace_back([this, thread] { serve(thread); });
  } catch (...) {
    join_all();
    throw;
  }
}

WorkerPool::~WorkerPool() { join_all(); }

void WorkerPool::join_all() {
  stop_.store(true, std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (auto& worker : workers_) worker.join();
}

void WorkerPool::run(std::int32_t items, std::int32_t batch,
                     const std::function<void(int, std::int32_t)>& work) {
  if (workers_.empty() || items <= batch) {
    for (std::int32_t item = 0; item < items; ++item) work(0, item);
    return;
  }
  work_ = &work;
  items_ = items;
  batch_ = batch;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<std::int32_t>(workers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  take_items(0);
  for (std::int32_t busy; (busy = busy_.load(std::memory_order_acquire)) != 0;)
    busy_.wait(busy, std::memory_order_acquire);
}

void WorkerPool::serve(int thread) {
  const FloatEnvironment ieee;
  for (std::uint32_t seen = 0;; ++seen) {
    round_.wait(seen, std::memory_order_acquire);
    if (stop_.load(std::memory_order_relaxed)) return;
    take_items(thread);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

void WorkerPool::take_items(int thread) {
  for (;;) {
    const std::int32_t first = next_.fetch_add(batch_, std::memory_order_relaxed);
    if (first >= items_) return;
    const std::int32_t last = std::min(first + batch_, items_);
    for (std::int32_t item = first; item < last; ++item) (*work_)(thread, item);
  }
}

}  // namespace lifereel
