// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/frame_ring.h"

#include <bit>
#include <cassert>
#include <stdexcept>
#include <string>
#include <utility>

namespace lifereel {

FrameRing::FrameRing(PictureMemory memory)
    : memory_(std::move(memory)), slots_(static_cast<int>(memory_.pictures())) {
  if (slots_ < 1 || slots_ > most_slots)
    throw std::invalid_argument("a ring of " + std::to_string(slots_) +
                                " slots is out of range: 1 to " + std::to_string(most_slots));
  queue_.resize(static_cast<std::size_t>(slots_));
  free_ = std::vector<std::atomic<std::uint64_t>>(
      static_cast<std::size_t>((slots_ + word_bits - 1) / word_bits));
  for (int slot = 0; slot < slots_; ++slot)
    free_[static_cast<std::size_t>(slot / word_bits)].fetch_or(1ull << slot % word_bits,
                                                               std::memory_order_relaxed);
}

std::optional<int> FrameRing::try_take_free() noexcept {
  if (stopped()) return std::nullopt;
  // The lowest: slots that are never needed are never touched, so that a ring takes what it needs
  // of the memory that it may have, unless that is pinned.
  for (std::size_t index = 0; index < free_.size(); ++index) {
    const std::uint64_t word = free_[index].load(std::memory_order_acquire);
    if (word == 0) continue;
    const int bit = std::countr_zero(word);
    // Only this thread clears bits, so the bit is still set.
    free_[index].fetch_and(~(1ull << bit), std::memory_order_acquire);
    return static_cast<int>(index) * word_bits + bit;
  }
  return std::nullopt;
}

std::optional<int> FrameRing::take_free() noexcept {
  for (;;) {
    // A release after this look at events_ changes it, so that the wait returns.
    const std::uint32_t seen = events_.load(std::memory_order_acquire);
    if (const auto slot = try_take_free()) return slot;
    if (stopped()) return std::nullopt;
    events_.wait(seen, std::memory_order_acquire);
  }
}

void FrameRing::push_filled(int slot) noexcept {
  const std::uint64_t pushed = pushed_.load(std::memory_order_relaxed) & count_mask;
  queue_[pushed % queue_.size()] = static_cast<std::uint16_t>(slot);
  // An addition, not a store: stop() may set its flag meanwhile.
  pushed_.fetch_add(1, std::memory_order_release);
  pushed_.notify_one();
}

void FrameRing::close() noexcept {
  pushed_.fetch_or(closed_bit, std::memory_order_release);
  pushed_.notify_all();
}

std::optional<int> FrameRing::try_take_filled() noexcept {
  const std::uint64_t pushed = pushed_.load(std::memory_order_acquire);
  const std::uint64_t taken = taken_.load(std::memory_order_relaxed);
  if ((pushed & stopped_bit) != 0 || (pushed & count_mask) == taken) return std::nullopt;
  const int slot = queue_[taken % queue_.size()];
  held_.fetch_add(1, std::memory_order_relaxed);
  taken_.store(taken + 1, std::memory_order_release);
  return slot;
}

std::optional<int> FrameRing::take_filled() noexcept {
  for (;;) {
    const std::uint64_t seen = pushed_.load(std::memory_order_acquire);
    if (const auto slot = try_take_filled()) return slot;
    // What try_take_filled() saw is at least `seen`: when `seen` is at its end, so is the queue.
    if ((seen & (closed_bit | stopped_bit)) != 0) return std::nullopt;
    pushed_.wait(seen, std::memory_order_acquire);
  }
}

int FrameRing::filled() const noexcept {
  const std::uint64_t taken = taken_.load(std::memory_order_acquire);
  const std::uint64_t pushed = pushed_.load(std::memory_order_acquire) & count_mask;
  return static_cast<int>(pushed - taken);
}

void FrameRing::release(int slot) noexcept {
  held_.fetch_sub(1, std::memory_order_release);
  const std::uint64_t bit = 1ull << slot % word_bits;
  [[maybe_unused]] const std::uint64_t before =
      free_[static_cast<std::size_t>(slot / word_bits)].fetch_or(bit, std::memory_order_release);
  assert((before & bit) == 0 && "a slot was released twice");
  events_.fetch_add(1, std::memory_order_release);
  events_.notify_one();
}

void FrameRing::stop() noexcept {
  pushed_.fetch_or(stopped_bit, std::memory_order_release);
  pushed_.notify_all();
  events_.fetch_add(1, std::memory_order_release);
  events_.notify_all();
}

bool FrameRing::stopped() const noexcept {
  return (pushed_.load(std::memory_order_acquire) & stopped_bit) != 0;
}

}  // namespace lifereel
