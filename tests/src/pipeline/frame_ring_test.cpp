// SPDX-License-Identifier: GPL-2.0-or-later
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "src/pipeline/frame_ring.h"

using namespace lifereel;

namespace {

constexpr std::size_t slot_bytes = 64;

FrameRing make_ring(int slots) {
  PictureMemory memory(slot_bytes);
  memory.add_plain(static_cast<std::size_t>(slots));
  return FrameRing(std::move(memory));
}

void nap(std::mt19937& random) {
  if (random() % 4 == 0)
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 200));
  else if (random() % 4 == 0)
    std::this_thread::yield();
}

}  // namespace

TEST_SUITE("src.frame_ring") {
  TEST_CASE("slots come free once, are filled in order and return in any order") {
    FrameRing ring = make_ring(3);
    std::set<int> taken;
    for (int i = 0; i < 3; ++i) taken.insert(*ring.try_take_free());
    CHECK(taken == std::set<int>{0, 1, 2});
    CHECK_FALSE(ring.try_take_free());
    CHECK_FALSE(ring.try_take_filled());
    ring.push_filled(2);
    ring.push_filled(0);
    ring.push_filled(1);
    CHECK(ring.filled() == 3);
    CHECK(ring.try_take_filled() == 2);
    CHECK(ring.try_take_filled() == 0);
    CHECK(ring.held() == 2);
    ring.release(0);
    CHECK(ring.try_take_free() == 0);
    CHECK(ring.try_take_filled() == 1);
    ring.release(1);
    ring.release(2);
    CHECK(ring.held() == 0);
  }

  TEST_CASE("the lowest free slot is taken, so that others stay untouched") {
    FrameRing ring = make_ring(130);
    for (int slot = 0; slot < 65; ++slot) {
      CHECK(ring.try_take_free() == slot);
      ring.push_filled(slot);
    }
    CHECK(ring.try_take_filled() == 0);
    ring.release(0);
    CHECK(ring.try_take_free() == 0);
    CHECK(ring.try_take_free() == 65);
  }

  TEST_CASE("sizes out of range are refused") {
    CHECK_THROWS_AS(make_ring(0), std::invalid_argument);
    CHECK_THROWS_AS(make_ring(4097), std::invalid_argument);
    CHECK(make_ring(4096).slots() == 4096);
  }

  TEST_CASE("close lets the consumer drain, then ends it") {
    FrameRing ring = make_ring(2);
    ring.push_filled(*ring.take_free());
    ring.close();
    CHECK(ring.take_filled());
    CHECK_FALSE(ring.take_filled());
  }

  TEST_CASE("stop wakes a producer that waits") {
    FrameRing ring = make_ring(1);
    REQUIRE(ring.take_free());
    std::thread producer([&] { CHECK_FALSE(ring.take_free()); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ring.stop();
    producer.join();
  }

  TEST_CASE("stop wakes a consumer that waits, and filled slots are not taken any more") {
    FrameRing ring = make_ring(2);
    std::thread consumer([&] { CHECK_FALSE(ring.take_filled()); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ring.stop();
    consumer.join();
    CHECK(ring.stopped());
  }

  // Frames go in numbered; the consumer hands slots to a third thread that keeps some of them back
  // and releases out of order and late, as encoders with B-frames and frame threads do.
  TEST_CASE(
      "no frame is lost, doubled, reordered or torn when slots return late and out of order") {
    for (const int slots : {1, 2, 3, 5, 31, 64, 65, 200}) {
      CAPTURE(slots);
      constexpr std::uint32_t frames = 2000;
      FrameRing ring = make_ring(slots);
      std::mutex mutex;
      std::vector<std::pair<int, std::uint32_t>> lent;
      std::atomic<bool> drained{false};
      std::atomic<int> torn{0}, out_of_order{0};
      const auto whole = [&](int slot, std::uint32_t frame) {
        const std::uint8_t* data = ring.data(slot);
        for (std::size_t i = 0; i < slot_bytes; ++i)
          if (data[i] != static_cast<std::uint8_t>(frame * 31 + i)) return false;
        return true;
      };

      std::thread producer([&] {
        std::mt19937 random(1);
        for (std::uint32_t frame = 0; frame < frames; ++frame) {
          const auto slot = ring.take_free();
          if (!slot) return;
          for (std::size_t i = 0; i < slot_bytes; ++i)
            ring.data(*slot)[i] = static_cast<std::uint8_t>(frame * 31 + i);
          nap(random);
          ring.push_filled(*slot);
        }
        ring.close();
      });
      std::uint32_t received = 0;
      std::thread consumer([&] {
        std::mt19937 random(2);
        while (const auto slot = ring.take_filled()) {
          if (!whole(*slot, received)) ++out_of_order;
          const std::lock_guard lock(mutex);
          lent.emplace_back(*slot, received++);
          nap(random);
        }
        drained = true;
      });
      std::thread releaser([&] {
        std::mt19937 random(3);
        for (;;) {
          const bool last = drained;
          std::optional<std::pair<int, std::uint32_t>> one;
          {
            const std::lock_guard lock(mutex);
            if (!lent.empty()) {
              const std::size_t pick = random() % lent.size();
              one = lent[pick];
              lent.erase(lent.begin() + static_cast<std::ptrdiff_t>(pick));
            } else if (last) {
              return;
            }
          }
          if (!one) {
            std::this_thread::sleep_for(std::chrono::microseconds(20));
            continue;
          }
          nap(random);
          if (!whole(one->first, one->second)) ++torn;
          ring.release(one->first);
        }
      });
      producer.join();
      consumer.join();
      releaser.join();
      CHECK(received == frames);
      CHECK(out_of_order == 0);
      CHECK(torn == 0);
      CHECK(ring.held() == 0);
    }
  }

  TEST_CASE("a stop at any moment ends everyone") {
    for (unsigned round = 0; round < 200; ++round) {
      FrameRing ring = make_ring(3);
      std::thread producer([&] {
        while (const auto slot = ring.take_free()) ring.push_filled(*slot);
      });
      std::thread consumer([&] {
        while (const auto slot = ring.take_filled()) ring.release(*slot);
      });
      std::this_thread::sleep_for(std::chrono::microseconds(round * 3));
      ring.stop();
      producer.join();
      consumer.join();
      CHECK(ring.stopped());
    }
  }
}
