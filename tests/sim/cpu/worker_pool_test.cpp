// SPDX-License-Identifier: GPL-2.0-or-later
#include <doctest/doctest.h>

#include <atomic>
#include <vector>

#include "sim/cpu/worker_pool.h"

using lifereel::WorkerPool;

TEST_SUITE("sim.worker_pool") {
  TEST_CASE("every item once, whatever the threads and batches") {
    for (const int threads : {1, 2, 3, 8}) {
      WorkerPool pool(threads);
      CHECK(pool.threads() == threads);
      for (const std::int32_t items : {0, 1, 7, 1000})
        for (const std::int32_t batch : {1, 8}) {
          std::vector<std::atomic<int>> visits(static_cast<std::size_t>(items));
          std::atomic<int> strangers{0};
          pool.run(items, batch, [&](int thread, std::int32_t item) {
            if (thread < 0 || thread >= threads) ++strangers;
            ++visits[static_cast<std::size_t>(item)];
          });
          CHECK(strangers == 0);
          for (const auto& count : visits) REQUIRE(count == 1);
        }
    }
  }

  TEST_CASE("many short tasks in a row see each other's writes") {
    WorkerPool pool(4);
    std::vector<int> values(64, 0);
    for (int round = 0; round < 2000; ++round)
      pool.run(64, 1, [&](int, std::int32_t item) {
        values[static_cast<std::size_t>(item)] += values[static_cast<std::size_t>(item)] == round;
      });
    for (const int value : values) CHECK(value == 2000);
  }
}
