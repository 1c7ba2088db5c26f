// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "encoders/picture.h"
#include "sim/engine.h"
#include "src/job_control.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/picture_layout.h"

namespace lifereel {

/// What a film of this universe is made of.
inline PictureFormat film_pictures(const UniverseSettings& universe) {
  return format_for_size(PixelFormat::yuv420p, universe.width, universe.height);
}

/// A film's pictures in memory, limited range.
class PicturesInMemory {
 public:
  /// Of the engine's next frames. Throws Cancelled.
  PicturesInMemory(Engine& engine, std::int64_t count, const JobControl& control)
      : layout_(film_pictures(engine.settings()), engine),
        draws_colour_(engine.draws_colour()),
        memory_(
            engine.allocate_picture_memory(layout_.slot_bytes(), static_cast<std::size_t>(count))),
        count_(count) {
    const CancellableSteps cancellable(engine, control.cancel);
    for (std::int64_t i = 0; i < count; ++i) {
      throw_if_cancelled(control.cancel);
      engine.step();
      engine.draw(layout_.target(slot(i)));
    }
  }

  std::int64_t count() const noexcept { return count_; }
  bool draws_colour() const noexcept { return draws_colour_; }
  Picture picture(std::int64_t index) const noexcept { return layout_.picture(slot(index), index); }

 private:
  std::uint8_t* slot(std::int64_t index) const noexcept {
    return memory_.picture(static_cast<std::size_t>(index));
  }

  PictureLayout layout_;
  bool draws_colour_;
  PictureMemory memory_;
  std::int64_t count_;
};

/// An engine that copies its pictures from memory.
class Replay final : public Engine {
 public:
  Replay(const UniverseSettings& universe, const PicturesInMemory& pictures)
      : universe_(universe), pictures_(pictures) {}

  const UniverseSettings& settings() const noexcept override { return universe_; }
  EngineDescription describe() const override { return {"memory", "", "", 0, 0}; }
  void step() override { ++frame_; }
  void begin_draw(const PictureTarget& target) override {
    if (target.colour != film_pictures(universe_).colour)
      throw std::runtime_error("only films in yuv420p can be measured");
    const Picture picture = pictures_.picture(index());
    for (int plane = 0; plane < (target.has_chroma() ? 3 : 1); ++plane) {
      const PlaneView from = picture.plane(plane);
      const WritablePlane& to = target.planes[plane];
      for (int y = 0; y < from.height; ++y)
        std::memcpy(to.data + static_cast<std::size_t>(y) * to.stride_bytes, from.row(y),
                    static_cast<std::size_t>(from.width));
    }
  }
  bool draws_colour() const noexcept override { return pictures_.draws_colour(); }
  void finish_draw() override {}
  void read_state(State& state) const override {
    state = {};
    state.frame = frame_;
  }
  std::uint64_t frame() const noexcept override { return frame_; }

 private:
  /// Forwards, then backwards, so that nothing jumps: 0 1 2 1 0 1 2 ...
  std::int64_t index() const noexcept {
    const std::int64_t last = pictures_.count() - 1;
    if (last == 0) return 0;
    const std::int64_t at = static_cast<std::int64_t>(frame_ - 1) % (2 * last);
    return at <= last ? at : 2 * last - at;
  }

  UniverseSettings universe_;
  const PicturesInMemory& pictures_;
  std::uint64_t frame_ = 0;
};

}  // namespace lifereel
