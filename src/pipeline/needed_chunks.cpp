// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/needed_chunks.h"

#include <algorithm>

namespace lifereel {

std::size_t NeededChunks::count_up_to(std::size_t most) {
  const std::lock_guard lock(mutex_);
  while (known_.size() < most && find_next()) {
  }
  return std::min(known_.size(), most);
}

std::optional<NeededChunks::Chunk> NeededChunks::take(std::int64_t k) {
  const std::lock_guard lock(mutex_);
  const auto at = static_cast<std::size_t>(k - first_);
  while (known_.size() <= at)
    if (!find_next()) return std::nullopt;
  const Chunk chunk = known_[at].chunk;
  ++known_[at].taken_by;
  for (; !known_.empty() && known_.front().taken_by == 2; ++first_) known_.pop_front();
  return chunk;
}

std::int64_t NeededChunks::frames_kept() const {
  const std::lock_guard lock(mutex_);
  return next_.frames_kept;
}

bool NeededChunks::find_next() {
  for (; next_.index < plan_.count(); ++next_.index) {
    if (sink_.needs_chunk(next_.index)) {
      known_.push_back({next_, 0});
      ++next_.index;
      return true;
    }
    next_.frames_kept += plan_.length(next_.index);
  }
  return false;
}

}  // namespace lifereel
