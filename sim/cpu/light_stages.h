// SPDX-License-Identifier: GPL-2.0-or-later
// What light goes through on its way to a picture: characters, glass, glow and the tone curve.
// Internal to sim/cpu/.
#pragma once

#include <memory>

#include "sim/cpu/glyph_screen.h"
#include "sim/cpu/light_pyramid.h"
#include "sim/cpu/picture_toner.h"
#include "sim/cpu/stage_clock.h"
#include "sim/cpu/tube_glass.h"
#include "sim/cpu/worker_pool.h"
#include "sim/engine.h"

namespace lifereel {

class LightStages {
 public:
  /// Stages end on `clock`, which must outlive it; whoever draws the light begins there.
  LightStages(const UniverseSettings& universe, Isa isa, int threads, StageClock& clock);

  /// Null where the look has no characters.
  GlyphScreen* screen() const noexcept { return screen_.get(); }
  LightPyramid& pyramid() noexcept { return pyramid_; }
  /// Whether what glows is the light as it was drawn: whoever draws it fills the pyramid's base.
  bool glows_as_drawn() const noexcept { return screen_ == nullptr && glass_ == nullptr; }

  /// Writes all planes of a valid target: of light without characters, or of cells.
  void show(const LightPlanes& light, const PictureTone& tone, const PictureTarget& target,
            WorkerPool& pool);
  void show(const CellSource& cells, const PictureTone& tone, const PictureTarget& target,
            WorkerPool& pool);

 private:
  void finish(const LightSource& light, const PictureTone& tone, const PictureTarget& target,
              WorkerPool& pool);

  LightPyramid pyramid_;
  std::unique_ptr<GlyphScreen> screen_;
  std::unique_ptr<TubeGlass> glass_;  // of a look with a barrel
  PictureToner toner_;
  StageClock& clock_;
};

}  // namespace lifereel
