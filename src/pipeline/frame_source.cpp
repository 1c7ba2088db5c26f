// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/frame_source.h"

namespace lifereel {

FrameSource::FrameSource(Engine& engine, PixelFormat format)
    : engine_(engine),
      layout_(format, engine.settings().width, engine.settings().height),
      memory_(engine.allocate_picture_memory(layout_.slot_bytes())) {}

void FrameSource::draw() {
  engine_.draw(layout_.luma_plane(memory_->data()));
  ++frames_;
}

}  // namespace lifereel
