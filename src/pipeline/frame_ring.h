// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/engine.h"

namespace lifereel {

/// Fixed picture slots between one producer and one consumer. Lock-free; a side that must wait
/// sleeps.
///
/// Note: [Slot life cycle]
///   free ──take_free()──► drawn by the producer ──push_filled()──► filled
///    ▲                                                               │ take_filled()
///    └──────────── release(), from any thread, in any order ◄── held by the consumer
/// Filled slots leave in the order they came in: a single-producer single-consumer queue of slot
/// numbers. Of free slots the lowest is taken first; they come free in any order: an encoder
/// releases pictures when it pleases, and some do so on threads of their own, so the free side is a
/// set of bits that anyone may set and only the producer clears. A slot is free when the last
/// reference to it is dropped, never earlier (encoders/picture.h, Note: [Release]).
class FrameRing {
 public:
  static constexpr int most_slots = 4096;

  /// A slot for each picture of `memory`.
  explicit FrameRing(PictureMemory memory);

  int slots() const noexcept { return slots_; }
  std::uint8_t* data(int slot) const noexcept {
    return memory_.picture(static_cast<std::size_t>(slot));
  }
  const PictureMemory& memory() const noexcept { return memory_; }

  // Producer's side.

  /// A free slot, or nothing when there is none at this moment (or after stop()).
  std::optional<int> try_take_free() noexcept;
  /// Waits for a free slot; nothing after stop().
  std::optional<int> take_free() noexcept;
  void push_filled(int slot) noexcept;
  /// No more slots will be filled.
  void close() noexcept;

  // Consumer's side.

  /// The oldest filled slot, or nothing when there is none at this moment (or after stop()).
  std::optional<int> try_take_filled() noexcept;
  /// Waits for a filled slot; nothing after close(), once all are taken, and after stop().
  std::optional<int> take_filled() noexcept;
  /// Filled slots at this moment.
  int filled() const noexcept;

  // Anyone.

  /// The consumer, or whoever it handed the slot to, needs the slot no longer.
  void release(int slot) noexcept;
  /// Wakes both sides and lets neither go on. For failures and cancellation.
  void stop() noexcept;
  bool stopped() const noexcept;
  /// Slots taken by the consumer and not yet released.
  int held() const noexcept { return held_.load(std::memory_order_acquire); }

 private:
  // Two lines travel together on x86: 128 keeps the sides apart.
  static constexpr std::size_t line = 128;
  static constexpr int word_bits = 64;
  static constexpr std::uint64_t closed_bit = 1ull << 63, stopped_bit = 1ull << 62;
  static constexpr std::uint64_t count_mask = stopped_bit - 1;

  const PictureMemory memory_;
  const int slots_;
  std::vector<std::uint16_t> queue_;  // slot numbers, at pushed count modulo slots_

  std::vector<std::atomic<std::uint64_t>> free_;  // a bit a free slot
  alignas(line) std::atomic<std::uint32_t> events_{
      0};  // releases and stops; the producer sleeps on it
  alignas(line) std::atomic<std::uint64_t> pushed_{0};  // slots ever filled, and two flags
  alignas(line) std::atomic<std::uint64_t> taken_{0};   // slots ever taken by the consumer
  alignas(line) std::atomic<std::int32_t> held_{0};
};

}  // namespace lifereel
