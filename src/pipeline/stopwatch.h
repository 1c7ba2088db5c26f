// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace lifereel {

/// Time that some threads add to and another reads.
class Stopwatch {
 public:
  /// Times one call.
  template <class Work>
  auto time(Work&& work) {
    struct Lap {
      Stopwatch& watch;
      std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
      ~Lap() {
        watch.add(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count());
      }
    } const lap{*this};
    return work();
  }
  void add(std::int64_t nanoseconds) {
    nanoseconds_.fetch_add(nanoseconds, std::memory_order_relaxed);
  }
  double seconds() const {
    return 1e-9 * static_cast<double>(nanoseconds_.load(std::memory_order_relaxed));
  }

 private:
  std::atomic<std::int64_t> nanoseconds_{0};
};

}  // namespace lifereel
