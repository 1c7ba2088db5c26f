// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/universe_replay.h"

#include "src/render.h"

namespace lifereel {

UniverseReplay::UniverseReplay(const UniverseSettings& universe, const EngineSettings& engine,
                               PixelFormat format)
    : layout_(format, universe.width, universe.height),
      engine_(make_engine(universe, engine)),
      memory_(engine_->allocate_picture_memory(layout_.slot_bytes())),
      plane_(layout_.luma_plane(memory_->data())) {}

void UniverseReplay::draw(std::int64_t frame, const std::atomic<bool>* cancel) {
  for (; frames_ <= frame; ++frames_) {
    if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) return;
    engine_->step();
    engine_->draw(plane_);
  }
}

LumaView UniverseReplay::picture() const noexcept {
  return {plane_.data, static_cast<std::ptrdiff_t>(plane_.stride_bytes), engine_->settings().width,
          engine_->settings().height};
}

}  // namespace lifereel
