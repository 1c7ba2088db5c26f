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

  /// Fills a row of cells: the light of lit pixels, and their shapes, or with gives_glyphs() their
  /// glyphs.
  /// Threads fill rows of their own at the same time.
  virtual void fill(int thread, std::int32_t row, const CellRow& cells) const = 0;
  virtual bool gives_glyphs() const noexcept { return false; }
};

/// The light of a picture's characters, which are drawn when it is asked for.
class GlyphScreen final : public LightSource {
 public:
  /// Of a look in characters.
  GlyphScreen(const UniverseSettings& universe, Isa isa, int threads);

  const GlyphGrid& grid() const noexcept { return grid_; }
  int glyphs() const noexcept { return tables_.glyphs; }

  /// Chooses the glyph of every cell.
  void choose(const CellSource& source, WorkerPool& pool);
  /// Likewise; the base of the pyramid becomes what of them glows.
  void draw(const CellSource& source, LightPyramid& pyramid, WorkerPool& pool);
  /// Likewise, but returns all of the light, until the next call: of a look with a barrel.
  const LightPlanes& draw_canvas(const CellSource& source, WorkerPool& pool);
  /// After draw().
  LightRows rows(int thread, std::int32_t block_row) const override;
  bool is_far() const noexcept override { return false; }

  /// Checkpoint::glyphs.
  void save(std::vector<std::uint16_t>& glyphs) const;
  void restore(const std::vector<std::uint16_t>& glyphs);

  static std::size_t memory_bytes(const UniverseSettings& universe, int threads);

 private:
  // Of every sample of a glyph, as light is multiplied by: glyph by glyph and row by row.
  struct alignas(4 * coverage_line) CoverageLine {
    float samples[coverage_line];
  };
  struct Coverage {
    std::vector<CoverageLine> lines;
    std::int32_t lines_a_row, width, height;  // width and height of a cell, in samples
    std::int32_t left;                        // of the first cell

    Coverage(std::int32_t cell_width, std::int32_t cell_height, std::int32_t first, int glyphs);
    float& at(std::int32_t row, std::int32_t column) {
      return lines[static_cast<std::size_t>(row * lines_a_row + column / coverage_line)]
          .samples[column % coverage_line];
    }
    const float* row(std::int32_t r) const {
      return lines[static_cast<std::size_t>(r * lines_a_row)].samples;
    }
  };
  static Coverage pixel_coverage(const GlyphTables& tables, const GlyphGrid& grid);
  static Coverage block_coverage(const GlyphTables& tables, const GlyphGrid& grid);
  // What a thread draws rows into; beside the cells it stays dark.
  struct Scratch {
    explicit Scratch(const UniverseSettings& universe, std::size_t shapes_samples)
        : shapes(shapes_samples), rows(universe.width, 2) {
      for (LightPlane& plane : blocks) plane = LightPlane(universe.width / 2, 2);
    }
    std::vector<float> shapes;
    LightPlanes rows;
    LightPlane blocks[3];  // sums of a block, of each channel
  };

  void choose_row(const CellSource& source, int thread, std::int32_t row);
  CellRow cells_of(int thread, std::int32_t row);
  // Rows of samples count from the first cells on.
  DrawnCells drawn_cells(const Coverage& coverage, std::int32_t row) const;
  DrawnRow drawn_row(const Coverage& coverage, std::int32_t row, int channel, float* to) const;
  void draw_block_row(std::int32_t row, LightPlanes& light, std::int32_t to_row) const;
  void add_glow(Scratch& scratch, std::int32_t row, LightPyramid& pyramid) const;

  const GlyphGrid grid_;
  const GlyphTables tables_;
  const GlyphKernels& kernels_;
  std::int32_t pitch_;  // of a row of cells' arrays
  const Coverage pixels_, blocks_;
  const GlyphCoverage coverage_;
  const GlyphChoice choice_;
  std::vector<std::int32_t> glyphs_;      // of the picture before; rows of pitch_, as
  std::vector<float> lit_[3];             // light of lit pixels, by channel
  LightPlanes canvas_;                    // of a look with a barrel
  const LightPlanes dark_;                // a row of blocks
  mutable std::vector<Scratch> scratch_;  // one a thread
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
