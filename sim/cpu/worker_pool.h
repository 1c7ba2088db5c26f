// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace lifereel {

/// Threads that share out the items of one task at a time. The calling thread works too, so one
/// thread means no other thread at all. Waiting threads sleep.
class WorkerPool {
 public:
  /// Throws std::system_error when threads cannot be made.
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int threads() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  /// Calls work(thread, item) for every item in 0..items - 1, each once, on any thread, `batch` at
  /// a time; returns when all are done. `work` must not throw.
  void run(std::int32_t items, std::int32_t batch,
           const std::function<void(int thread, std::int32_t item)>& work);

 private:
  void join_all();
  void serve(int thread);
  void take_items(int thread);

  const std::function<void(int, std::int32_t)>* work_ = nullptr;
  std::int32_t items_ = 0, batch_ = 1;
  alignas(64) std::atomic<std::int32_t> next_{0};
  alignas(64) std::atomic<std::uint32_t> round_{0};  // a new task, or the end, when it changes
  alignas(64) std::atomic<std::int32_t> busy_{0};    // workers still on the present task
  std::atomic<bool> stop_{false};
  std::vector<std::thread> workers_;
};

}  // namespace lifereel
