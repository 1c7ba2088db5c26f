// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/frame_source.h"

namespace lifereel {

FrameSource::FrameSource(Engine& engine, const PictureFormat& format)
    : engine_(engine),
      layout_(format, engine),
      memory_(engine.allocate_picture_memory(layout_.slot_bytes(), 1)) {}

void FrameSource::draw() {
  engine_.draw(layout_.target(memory_.picture(0)));
  ++frames_;
}

}  // namespace lifereel
