// SPDX-License-Identifier: GPL-2.0-or-later
// What a look in characters does between light and picture on the GPU:
// cuda/kernels/glyph_kernels.h, Note: [Glyphs on the GPU]. Internal to cuda/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda/painters/painter.h"

namespace lifereel {

class GlyphPainter {
 public:
  /// The arrays must outlive it.
  GlyphPainter(const UniverseSettings& universe, const LightArrays& light, const Launcher& launcher)
      : look_(universe.look), light_(light), glyphs_(light.glyphs), launcher_(launcher) {}

  static std::vector<cudaError_t> load() { return {load_code<DrawGlyphs>()}; }

  /// As DevicePainter's.
  void fill() {
    const GlyphTables tables = make_glyph_tables(look_, glyphs_.grid.cell_height);
    const GlyphCoverage made = make_glyph_coverage(tables);
    choice_ = make_glyph_choice(look_, tables, glyphs_.coverage, glyphs_.squares);
    const std::vector<ShownCell> cells(cell_count(), ShownCell{{0, 0, 0}, -1});
    const Drained drained{launcher_.stream};
    launcher_.upload(glyphs_.cells, cells);
    launcher_.upload(glyphs_.coverage, made.coverage);
    launcher_.upload(glyphs_.squares, made.squares);
    launcher_.upload(reinterpret_cast<std::uint32_t*>(glyphs_.rows), tables.rows);
    launcher_.wait();
  }

  /// What glyphs are chosen by, after fill().
  const GlyphChoice& choice() const { return choice_; }

  /// When the light and its tone curve are there.
  void queue_choice() const {
    ChooseGlyphs choose;
    choose.image = light_.image;
    choose.grid = glyphs_.grid;
    choose.search = {choice_};
    choose.tone = light_.tone;
    choose.cells = glyphs_.cells;
    choose.filmic = look_.tone == ToneCurve::filmic;
    choose.scale_means();
    launcher_.queue(choose, choose.blocks(), ChooseGlyphs::threads_per_block);
  }
  /// The canvas, and the base of its bloom.
  void queue_canvas(bool has_bloom) const {
    DrawGlyphs draw;
    draw.grid = glyphs_.grid;
    draw.cells = glyphs_.cells;
    draw.glyph_rows = glyphs_.rows;
    draw.canvas = glyphs_.canvas;
    draw.base = light_.levels.front();
    draw.has_bloom = has_bloom;
    launcher_.queue(draw, blocks_for(draw.threads(), launcher_.threads), launcher_.threads);
  }

  /// Checkpoint::glyphs. Both wait.
  void save(std::vector<std::uint16_t>& glyphs) const {
    std::vector<ShownCell> cells(cell_count());
    const Drained drained{launcher_.stream};
    launcher_.copy(cells.data(), glyphs_.cells, cells.size(), cudaMemcpyDeviceToHost);
    launcher_.wait();
    glyphs.clear();
    if (cells.front().glyph < 0) return;
    for (const ShownCell& cell : cells) glyphs.push_back(static_cast<std::uint16_t>(cell.glyph));
  }
  /// After fill(), which is what no glyphs leave as it is.
  void restore(const std::vector<std::uint16_t>& glyphs) const {
    if (glyphs.empty()) return;
    std::vector<ShownCell> cells;
    for (const std::uint16_t glyph : glyphs) cells.push_back({{0, 0, 0}, glyph});
    const Drained drained{launcher_.stream};
    launcher_.upload(glyphs_.cells, cells);
    launcher_.wait();
  }

 private:
  std::size_t cell_count() const {
    return static_cast<std::size_t>(glyphs_.grid.columns) *
           static_cast<std::size_t>(glyphs_.grid.rows);
  }
  const LookSettings& look_;
  const LightArrays& light_;
  const GlyphArrays& glyphs_;
  const Launcher launcher_;
  GlyphChoice choice_{};
};

}  // namespace lifereel
