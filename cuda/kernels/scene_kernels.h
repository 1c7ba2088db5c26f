// SPDX-License-Identifier: GPL-2.0-or-later
// Scenes on the GPU (sim/scene.h): what lights the cells that DrawGlyphs draws.
//
// Note: [Scenes on the GPU]
//   SetFrame    the frame that the others show
//   SortSparks  sparks -> the brightest of every cell; nothing where the scene has none
//   FillCells   the scene's function -> the glyph of every cell and the light of its lit pixels
// then as in the Note: [Glyphs on the GPU]. Scenes leave nothing for the next picture.
#pragma once

#include <type_traits>

#include "cuda/kernels/glyph_kernels.h"
#include "sim/scenes/scene_light.h"

namespace lifereel {

/// One thread.
struct SetFrame : KernelBody {
  static constexpr const char* name = "SetFrame";
  FrameClock* clock;
  std::uint64_t frame;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    if (thread.global() == 0) *clock = {frame, 0};
  }
};

/// What kernels need of a scene: one with scene_cell(), scene_sparks() and scene_spark().
template <class Scene>
struct SceneArguments {
  Scene scene;
  const FrameClock* clock;
  SparkBits* sparks;    ///< the brightest of each cell; 0 before a picture and after it
  ShownCell* cells;     ///< row by row
  std::int32_t glyphs;  ///< beside the blank
};

/// A thread a spark.
template <class Scene>
struct SortSparks : KernelBody {
  static constexpr const char* name = "SortSparks";
  SceneArguments<Scene> of;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t number = thread.global();
    if (number >= scene_sparks(of.scene)) return;
    const SceneSpark spark = scene_spark(of.scene, number, of.clock->frames);
    const std::int32_t cell = cell_of_spark(spark, of.scene.columns, of.scene.rows);
    if (cell >= 0) atomic_max(of.sparks + cell, spark_bits(spark, of.glyphs));
  }
};

/// A thread a cell, which then has more of them to search for its glyph, unless the scene gives it.
template <class Scene>
struct FillCells : KernelBody {
  static constexpr const char* name = "FillCells";
  SceneArguments<Scene> of;
  const arithmetic::LitPixel<float>* ramp;  ///< SceneLight's
  GlyphSearch search;

  static constexpr bool searches = !Scene::gives_glyphs;
  static constexpr int threads_a_cell = searches ? 8 : 1;
  static constexpr int cells_a_block = searches ? 32 : 128;
  static constexpr int threads_per_block = cells_a_block * threads_a_cell;

  static constexpr int phases = searches ? 3 : 1;
  struct Searched {
    GlyphSearch::Cell cell[cells_a_block];
  };
  using Shared = std::conditional_t<searches, Searched, Nothing>;

  LIFEREEL_KERNEL std::int32_t count() const { return of.scene.rows * of.scene.columns; }
  std::int32_t blocks() const { return (count() + cells_a_block - 1) / cells_a_block; }

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared& shared) const {
    const std::int32_t first = thread.block * cells_a_block, t = thread.thread;
    const std::int32_t left = count() - first;
    if constexpr (phase == 0) {
      if (t < cells_a_block && t < left) fill(first + t, t, shared);
    } else if constexpr (phase == 1) {
      const std::int32_t cell = t / threads_a_cell;
      if (cell < left) search.search(shared.cell[cell], t % threads_a_cell, threads_a_cell);
    } else {
      if (t < cells_a_block && t < left) of.cells[first + t].glyph = search.found(shared.cell[t]);
    }
  }

 private:
  LIFEREEL_KERNEL void fill(std::int32_t number, std::int32_t t, Shared& shared) const {
    SceneCell cell = scene_cell(of.scene, number % of.scene.columns, number / of.scene.columns,
                                of.clock->frames);
    if (scene_sparks(of.scene) > 0) {
      show_spark(cell, of.sparks[number], Scene::gives_glyphs);
      of.sparks[number] = 0;
    }
    ShownCell& shown = of.cells[number];
    shown.light = lit_pixel_of(cell, ramp);
    if constexpr (searches) {
      LIFEREEL_UNROLL(8)
      for (int r = 0; r < glyph_regions; ++r) shared.cell[t].shape[r] = clamped(cell.shape[r]);
      // Without what the cell had before, which a film that is cut there does not know.
      search.begin(shared.cell[t], -1);
    } else {
      shown.glyph = given_glyph(cell, of.glyphs);
    }
  }
};

}  // namespace lifereel
