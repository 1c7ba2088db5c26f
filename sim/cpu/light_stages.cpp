// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/light_stages.h"

#include "sim/cpu/kernel_choice.h"
#include "sim/light/light_tables.h"

namespace lifereel {

LightStages::LightStages(const UniverseSettings& universe, Isa isa, int threads, StageClock& clock)
    : pyramid_(universe.width / 2, universe.height / 2, bloom_levels(universe),
               light_kernels_for(isa), threads,
               has_open_edges(universe) ? LightPyramid::Edges::open : LightPyramid::Edges::torus),
      toner_(universe, light_kernels_for(isa), threads),
      clock_(clock) {
  if (universe.look.glyphs) screen_ = std::make_unique<GlyphScreen>(universe, isa, threads);
  if (universe.look.barrel > 0) glass_ = std::make_unique<TubeGlass>(universe, isa, threads);
}

void LightStages::show(const LightPlanes& light, const PictureTone& tone,
                       const PictureTarget& target, WorkerPool& pool) {
  if (glass_ == nullptr) return finish(light, tone, target, pool);
  const LightPlanes& bent = glass_->bend(light, pyramid_, pool);
  clock_.end(&StageTimes::bend);
  finish(bent, tone, target, pool);
}

void LightStages::show(const CellSource& cells, const PictureTone& tone,
                       const PictureTarget& target, WorkerPool& pool) {
  if (glass_ != nullptr) {
    const LightPlanes& canvas = screen_->draw_canvas(cells, pool);
    clock_.end(&StageTimes::glyphs);
    show(canvas, tone, target, pool);
  } else {
    screen_->draw(cells, pyramid_, pool);
    clock_.end(&StageTimes::glyphs);
    finish(*screen_, tone, target, pool);
  }
}

void LightStages::finish(const LightSource& light, const PictureTone& tone,
                         const PictureTarget& target, WorkerPool& pool) {
  pyramid_.glow(pool);
  clock_.end(&StageTimes::bloom);
  toner_.tone(light, pyramid_, tone, target, pool);
  clock_.end(&StageTimes::tone);
}

}  // namespace lifereel
