// SPDX-License-Identifier: GPL-2.0-or-later
// One chunk's packets and motion on their way into the store. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "encoders/chunk_store.h"
#include "encoders/film/chunk_records.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// The record begins with the first packet, when the codec's extradata is known; motion that came
/// before it waits. One thread at a time.
class ChunkKeeper {
 public:
  /// `store` may be nullptr: then nothing is kept.
  ChunkKeeper(ChunkStore* store, std::int64_t index) : store_(store), index_(index) {}

  void add(const FrameMotion& motion) {
    if (recorder_)
      recorder_->add(motion);
    else if (store_ != nullptr)
      motion_.push_back(motion);
  }
  void add(const AVPacket& packet, const AVCodecContext& codec) {
    if (store_ == nullptr) return;
    if (!recorder_) begin(codec);
    recorder_->add(packet);
  }
  /// The chunk is safe when this returns.
  void finish() {
    if (recorder_) recorder_->finish();
  }

 private:
  void begin(const AVCodecContext& codec) {
    recorder_.emplace(
        store_->keep(index_),
        std::vector<std::uint8_t>(codec.extradata, codec.extradata + codec.extradata_size));
    for (const FrameMotion& motion : motion_) recorder_->add(motion);
    motion_.clear();
  }

  ChunkStore* const store_;
  const std::int64_t index_;
  std::vector<FrameMotion> motion_;  // before the first packet
  std::optional<ChunkRecorder> recorder_;
};

}  // namespace lifereel
