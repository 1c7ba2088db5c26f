// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/needed_chunks.h"

#include <algorithm>

namespace lifereel {

std::size_t NeededChunks::count_up_to(std::size_t most) {
  while (found_.size() < most && find_next()) {
  }
  return std::min(found_.size(), most);
}

std::optional<std::int64_t> NeededChunks::take() {
  if (found_.empty() && !find_next()) {
    frames_kept_ = next_.frames_kept;
    return std::nullopt;
  }
  const Chunk chunk = found_.front();
  found_.pop_front();
  frames_kept_ = chunk.frames_kept;
  return chunk.index;
}

bool NeededChunks::find_next() {
  for (; next_.index < plan_.count(); ++next_.index) {
    if (sink_.needs_chunk(next_.index)) {
      found_.push_back(next_);
      ++next_.index;
      return true;
    }
    next_.frames_kept += plan_.length(next_.index);
  }
  return false;
}

}  // namespace lifereel
