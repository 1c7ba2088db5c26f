// SPDX-License-Identifier: GPL-2.0-or-later
// Shows a scene that is a function of its frame, on the GPU. Internal to cuda/.
#pragma once

#include "cuda/engines/device_engine.h"
#include "cuda/painters/scene_painter.h"
#include "sim/checkpoint.h"

namespace lifereel {

template <class Scene>
class DeviceSceneEngine final : public DeviceEngine {
 public:
  DeviceSceneEngine(const UniverseSettings& universe, const Scene& scene,
                    const CudaEngineSettings& cuda, const UsedDevice& device, std::size_t bytes)
      : DeviceEngine(universe, cuda, device, bytes),
        painter_(settings_, scene, arrays_, launcher_) {
    empty_device();
    capture_frames([this](const Drawing& drawing) { painter_.queue_picture(drawing); });
  }

  void step() override { ++frames_; }

  void read_state(State& state) const override {
    state = State();
    state.frame = frames_;
  }
  void save(Checkpoint& checkpoint) const override {
    checkpoint = Checkpoint();
    checkpoint.universe = settings_;
    checkpoint.state.frame = frames_;
  }
  void restore(const Checkpoint& checkpoint) override {
    lifereel::validate(checkpoint, settings_);
    require_nothing_in_flight();
    frames_ = checkpoint.state.frame;
  }

 private:
  DevicePainter& painter() override { return painter_; }

  void draw_as(const PictureTarget& target, Drawing drawing) override {
    if (!drawing.tones()) return;  // nothing of it would be left
    painter_.begin(target);
    painter_.queue_frame(frames_);
    frame_of(drawing).launch(compute_);
  }

  ScenePainter<Scene> painter_;
};

}  // namespace lifereel
