// SPDX-License-Identifier: GPL-2.0-or-later
// A film's universe, drawn once more beside the film. Private to src/.
#pragma once

#include <atomic>
#include <memory>

#include "src/pictures/luma.h"
#include "src/pipeline/picture_layout.h"
#include "src/settings.h"

namespace lifereel {

/// Not thread-safe.
class UniverseReplay {
 public:
  /// Throws as make_engine() does.
  UniverseReplay(const UniverseSettings& universe, const EngineSettings& engine,
                 PixelFormat format);

  /// Draws on to picture `frame`, from 0; at most as far back as the last one drawn. Stops early
  /// when `cancel` becomes true.
  void draw(std::int64_t frame, const std::atomic<bool>* cancel = nullptr);

  /// Pictures drawn so far.
  std::int64_t frames() const noexcept { return frames_; }
  /// The last one drawn, as long as this object, until the next draw().
  LumaView picture() const noexcept;

 private:
  PictureLayout layout_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<PictureMemory> memory_;
  LumaPlane plane_;
  std::int64_t frames_ = 0;
};

}  // namespace lifereel
