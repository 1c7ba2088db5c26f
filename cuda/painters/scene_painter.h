// SPDX-License-Identifier: GPL-2.0-or-later
// Scenes on the GPU: cuda/kernels/scene_kernels.h, Note: [Scenes on the GPU]. Internal to cuda/.
#pragma once

#include <vector>

#include "cuda/kernels/scene_kernels.h"
#include "cuda/painters/device_toner.h"
#include "cuda/painters/glyph_painter.h"
#include "cuda/painters/painter.h"

namespace lifereel {

template <class Scene>
class ScenePainter final : public DevicePainter {
 public:
  /// The arrays must outlive it.
  ScenePainter(const UniverseSettings& universe, const Scene& scene, const DeviceArrays& arrays,
               const Launcher& launcher)
      : settings_(universe),
        scene_(scene),
        arrays_(arrays),
        launcher_(launcher),
        glyphs_(universe, arrays.light, launcher),
        toner_(universe, arrays, launcher) {}

  static std::vector<cudaError_t> load() {
    std::vector<cudaError_t> results = {load_code<SetFrame>(), load_code<SortSparks<Scene>>(),
                                        load_code<FillCells<Scene>>()};
    for (const auto& others : {GlyphPainter::load(), DeviceToner::load()})
      results.insert(results.end(), others.begin(), others.end());
    return results;
  }

  void fill() override {
    matrix_ = ColourMatrix::none;
    toner_.fill();
    glyphs_.fill();
  }

  // Nothing is left of pictures before: each may have another matrix.
  void begin(const PictureTarget& target) override {
    const ColourMatrix matrix = matrix_of_light(target.colour.matrix, ColourMatrix::none);
    if (matrix == matrix_) return;
    const SceneLight light = make_scene_light(settings_, matrix);
    const Drained drained{launcher_.stream};
    launcher_.upload(arrays_.scene.ramp, light.ramp);
    launcher_.copy(arrays_.light.tone, &light.tone, 1, cudaMemcpyHostToDevice);
    launcher_.copy(arrays_.light.matrix, &light.matrix, 1, cudaMemcpyHostToDevice);
    launcher_.wait();
    matrix_ = matrix;
  }

  /// Which frame the next queue_picture() shows.
  void queue_frame(std::uint64_t frame) const {
    SetFrame set;
    set.clock = arrays_.clock;
    set.frame = frame;
    launcher_.queue(set, 1, 32);
  }

  void queue_picture(const Drawing& drawing) const {
    const LightImage& canvas = arrays_.light.glyphs.canvas;
    queue_cells();
    glyphs_.queue_canvas(toner_.has_bloom() && !toner_.bends());
    if (toner_.bends()) toner_.queue_bend(canvas);
    toner_.queue_bloom(toner_.has_bloom(), FindWhite(), 0);  // white stays
    toner_.queue_tone(canvas, drawing);
  }

  void copy_to(const PictureTarget& target, int picture, const Launcher& to_host) const override {
    toner_.copy_to(target, picture, to_host);
  }

 private:
  void queue_cells() const {
    const SceneArguments<Scene> arguments = {scene_, arrays_.clock, arrays_.scene.sparks,
                                             arrays_.light.glyphs.cells,
                                             glyphs_.choice().glyphs - 1};
    const std::int32_t sparks = scene_sparks(scene_);
    SortSparks<Scene> sort;
    sort.of = arguments;
    if (sparks > 0) launcher_.queue(sort, blocks_for(sparks, launcher_.threads), launcher_.threads);
    FillCells<Scene> fill;
    fill.of = arguments;
    fill.ramp = arrays_.scene.ramp;
    fill.search = {glyphs_.choice()};
    launcher_.queue(fill, fill.blocks(), FillCells<Scene>::threads_per_block);
  }

  const UniverseSettings& settings_;
  const Scene scene_;
  const DeviceArrays& arrays_;
  const Launcher launcher_;
  GlyphPainter glyphs_;
  const DeviceToner toner_;
  ColourMatrix matrix_ = ColourMatrix::none;  // of what is uploaded
};

}  // namespace lifereel
