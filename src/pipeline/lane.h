// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "encoders/picture.h"
#include "sim/engine.h"
#include "src/pipeline/frame_ring.h"
#include "src/pipeline/picture_layout.h"
#include "src/pipeline/stopwatch.h"

namespace lifereel {

/// A ring, and whose pictures are in it. Every picture lent to the sink keeps it alive: after a
/// failure an encoder may still hold pictures when the pipeline is gone.
class Lane {
 public:
  Lane(Engine& engine, const PictureLayout& pictures, int slots)
      : layout(pictures),
        ring(engine.allocate_picture_memory(layout.slot_bytes(), static_cast<std::size_t>(slots))),
        lent_(static_cast<std::size_t>(slots)) {}

  /// The engine's thread: what it fills the ring with next are this chunk's pictures. `number`
  /// counts the chunks of all lanes.
  void give(std::int64_t chunk, std::int64_t number) {
    const std::lock_guard lock(mutex_);
    chunks_.push_back({chunk, number});
  }
  /// The number of the oldest that is not ended; nothing where the lane has none.
  std::optional<std::int64_t> oldest() const {
    const std::lock_guard lock(mutex_);
    return chunks_.empty() ? std::nullopt : std::optional(chunks_.front().number);
  }

  /// The lane's: of the picture taken last, the first of its chunk.
  std::int64_t chunk() const {
    const std::lock_guard lock(mutex_);
    return chunks_.front().index;
  }
  void end_chunk() {
    const std::lock_guard lock(mutex_);
    chunks_.pop_front();
  }

  /// The picture in `slot`, which goes back to the ring when it is released.
  static Picture lend(const std::shared_ptr<Lane>& lane, int slot, std::int64_t pts_frames) {
    Picture picture = lane->layout.picture(lane->ring.data(slot), pts_frames);
    picture.release = give_back;
    picture.owner = lane.get();
    picture.tag = static_cast<std::uintptr_t>(slot);
    lane->lent_[picture.tag] = lane;
    return picture;
  }

  const PictureLayout layout;
  FrameRing ring;
  Stopwatch busy;  ///< inside its sink

 private:
  static void give_back(void* lane, std::uintptr_t slot) noexcept {
    auto* const self = static_cast<Lane*>(lane);
    const std::shared_ptr<Lane> keep = std::move(self->lent_[slot]);
    self->ring.release(static_cast<int>(slot));
  }

  std::vector<std::shared_ptr<Lane>> lent_;
  struct Given {
    std::int64_t index, number;
  };

  mutable std::mutex mutex_;  // what follows
  std::deque<Given> chunks_;  // not ended: of pictures in the ring, and before and behind it
};

}  // namespace lifereel
