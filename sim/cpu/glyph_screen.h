// SPDX-License-Identifier: GPL-2.0-or-later
// Light in characters (arithmetic/glyphs.h, Note: [Glyphs]). Internal to sim/cpu/.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cpu/glyph_kernels.h"
#include "sim/cpu/light_planes.h"
#include "sim/cpu/light_pyramid.h"
#include "sim/cpu/worker_pool.h"
#include "sim/engine.h"
#include "sim/glyphs/glyph_tables.h"

namespace lifereel {

/// Whose light it is.
class CellSource {
 public:
  CellSource() = default;
  virtual ~CellSource() = default;
  CellSource(const CellSource&) = delete;
  CellSource& operator=(const CellSource&) = delete;

  /// Fills a row of cells: shapes and the light of lit pixels; with gives_glyphs() the glyphs, too.
  /// Threads fill rows of their own at the same time.
  virtual void fill(int thread, std::int32_t row, const CellRow& cells) const = 0;
  virtual bool gives_glyphs() const noexcept { return false; }
};

class GlyphScreen {
 public:
  /// Of a look in characters.
  GlyphScreen(const UniverseSettings& universe, Isa isa, int threads);

  const GlyphGrid& grid() const noexcept { return grid_; }
  int glyphs() const noexcept { return tables_.glyphs; }

  /// Chooses the glyph of every cell.
  void choose(const CellSource& source, WorkerPool& pool);
  /// Likewise, and draws them into light(); the base of a pyramid becomes what of it glows. Null:
  /// nothing glows, or what is made of light() does.
  void draw(const CellSource& source, LightPyramid* pyramid, WorkerPool& pool);
  const LightPlanes& light() const noexcept { return light_; }

  /// Checkpoint::glyphs.
  void save(std::vector<std::uint16_t>& glyphs) const;
  void restore(const std::vector<std::uint16_t>& glyphs);

  static std::size_t memory_bytes(const UniverseSettings& universe, int threads);

 private:
  void choose_row(const CellSource& source, int thread, std::int32_t row);
  CellRow cells_of(int thread, std::int32_t row);
  void draw_row(const CellRow& cells, std::int32_t row);

  const GlyphGrid grid_;
  const GlyphTables tables_;
  const GlyphKernels& kernels_;
  std::int32_t pitch_;  // of a row of cells' arrays
  // Coverage of every pixel and of every block of 2x2, as light is multiplied by; by glyph and row,
  // each padded to whole vectors.
  std::vector<float> pixels_, blocks_;
  std::ptrdiff_t pixel_pitch_, block_pitch_;
  const GlyphCoverage coverage_;
  const GlyphChoice choice_;
  LightPlanes light_;
  std::vector<std::int32_t> glyphs_;           // of the picture before, rows of pitch_
  std::vector<std::vector<float>> cell_rows_;  // a thread: what CellRow points to
};

/// Cells of light as it is there.
class LitCells final : public CellSource {
 public:
  /// Light and tone must outlive it.
  LitCells(const GlyphGrid& grid, const LightPlanes& light, Isa isa, bool filmic, int threads);

  /// Before each picture.
  void begin(const arithmetic::ToneConstants& tone) { tone_ = tone; }
  void fill(int thread, std::int32_t row, const CellRow& cells) const override;

 private:
  // Of parts of a plane's cells: where the first begins, their size in samples, and what their sum
  // is multiplied by.
  struct Means {
    const LightPlane& plane;
    std::int32_t left, width, height;
    float scale;
  };
  // `parts` of each cell side by side.
  void fill_means(const Means& means, std::int32_t first_row, float* sums, float* const* to,
                  std::int32_t parts) const;

  const GlyphGrid& grid_;
  const LightPlanes& light_;
  const GlyphKernels& kernels_;
  const bool filmic_;
  arithmetic::ToneConstants tone_{};
  mutable std::vector<std::vector<float>> column_sums_;  // one a thread
};

}  // namespace lifereel
