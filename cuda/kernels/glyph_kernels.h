// SPDX-License-Identifier: GPL-2.0-or-later
// Light in characters on the GPU (sim/arithmetic/glyphs.h, Note: [Glyphs]): what goes between
// FadeLight and the bloom.
//
// Note: [Glyphs on the GPU]
//   FindWhite     before all else: brightness is what the tone curve makes of light
//   ChooseGlyphs  light -> the glyph of every cell and the light of its lit pixels
//   DrawGlyphs    those -> a canvas, light in the place of the trail's, and the base of its bloom;
//                 not for a picture that nobody looks at
#pragma once

#include "cuda/kernels/light_kernels.h"
#include "sim/arithmetic/glyphs.h"
#include "sim/glyphs/glyph_choice.h"
#include "sim/glyphs/glyph_tables.h"

namespace lifereel {

/// Four rows of a glyph's pixels.
struct alignas(16) FourRows {
  std::uint32_t v[4];
};

/// A cell as it is drawn; `glyph` is -1 before the first picture.
struct alignas(16) ShownCell {
  arithmetic::LitPixel<float> light;
  std::int32_t glyph;
};

/// Finds the glyph that is most like a cell's shape. So many threads as there are share it out.
struct GlyphSearch {
  GlyphChoice choice;

  /// What a cell's threads share.
  struct Cell {
    float shape[glyph_regions];
    std::int32_t before;
    std::int32_t most_like;  ///< likeness()
    bool dark;
  };

  /// By one thread, once the toned light of the regions is there. `before`: the cell's glyph, or
  /// -1.
  LIFEREEL_KERNEL void begin(Cell& cell, std::int32_t before) const {
    float brightest = 0.0f;
    for (const float region : cell.shape) brightest = arithmetic::maximum(brightest, region);
    cell.before = before;
    cell.dark = arithmetic::where_dark(brightest, before, choice.floor) != 0;
    arithmetic::sharpen_shape(cell.shape);
    cell.most_like = INT32_MIN;
  }

  /// By each of so many threads, which are counted from 0.
  LIFEREEL_KERNEL void search(Cell& cell, std::int32_t thread, std::int32_t threads) const {
    if (cell.dark) return;
    float shape[glyph_regions];
    for (int r = 0; r < glyph_regions; ++r) shape[r] = cell.shape[r];
    std::int32_t most_like = INT32_MIN;
    for (std::int32_t glyph = 1 + thread; glyph < choice.glyphs; glyph += threads) {
      const std::int32_t like = likeness(glyph, unlikeness(glyph, shape));
      most_like = like > most_like ? like : most_like;
    }
    atomic_max(&cell.most_like, most_like);
  }

  /// By one thread, when all have searched.
  LIFEREEL_KERNEL std::int32_t found(const Cell& cell) const {
    if (cell.dark) return 0;
    const std::int32_t number = -cell.most_like;
    const std::int32_t glyph = arithmetic::with_persistence(
        number & (glyph_room - 1),
        arithmetic::to_float((number - (number & (glyph_room - 1))) / glyph_room), cell.before,
        cell.before > 0 ? unlikeness(cell.before, cell.shape) : 3e38f);
    if (choice.least_step > arithmetic::most_brightness) return glyph;
    return arithmetic::glyph_or_line(glyph, arithmetic::cell_slope(cell.shape), choice.least_step,
                                     choice.lines);
  }

 private:
  // Glyph and unlikeness in one number, which is the larger the more alike, and of glyphs as alike
  // the larger for the first: so it is free in which order threads come. Unlikeness is a whole
  // number and less than 2^20 either way.
  static constexpr std::int32_t glyph_room = 512;
  LIFEREEL_KERNEL static std::int32_t likeness(std::int32_t glyph, float unlike) {
    return -(arithmetic::truncate(unlike) * glyph_room + glyph);
  }
  LIFEREEL_KERNEL float unlikeness(std::int32_t glyph, const float* shape) const {
    return arithmetic::unlikeness(shape, choice.coverage + glyph * glyph_regions,
                                  choice.squares[glyph]);
  }
};

/// A block cells side by side, as many as most_columns of pixels have. Their columns are added up
/// first, so that a warp reads rows of the picture and not cells; then threads are regions, cells,
/// and at last so many to a cell, which share out the glyphs of the set.
struct ChooseGlyphs : KernelBody {
  static constexpr const char* name = "ChooseGlyphs";
  static constexpr int resident_blocks = 3;
  LightImage image;
  GlyphGrid grid;
  GlyphSearch search;
  const arithmetic::ToneConstants* tone;
  ShownCell* cells;  ///< row by row
  float region_scale, cell_scale;
  bool filmic;

  /// In the first phase each adds up as much as any other.
  static constexpr int threads_per_block = 192;
  static constexpr std::int32_t most_columns = 128;
  static constexpr std::int32_t most_cells = most_columns / (glyph_cells.front() / 2);
  static constexpr std::int32_t parts = glyph_regions + 2;  ///< means of a cell

  static constexpr int phases = 5;
  struct Shared {
    alignas(16) float luma[glyph_region_rows][most_columns];  // sums of columns
    alignas(16) float opponents[2][most_columns / 2];
    arithmetic::CellLight<float> light[most_cells];
    GlyphSearch::Cell cell[most_cells];
  };

  /// Light, grid, search, tone curve and cells are to be set.
  void scale_means() {
    region_scale = 1.0f / static_cast<float>(region_width() * region_height());
    cell_scale = 1.0f / static_cast<float>(grid.cell_width * grid.cell_height);
  }
  LIFEREEL_KERNEL std::int32_t cells_a_block() const { return most_columns / grid.cell_width; }
  LIFEREEL_KERNEL std::int32_t blocks_a_row() const {
    return (grid.columns + cells_a_block() - 1) / cells_a_block();
  }
  LIFEREEL_KERNEL std::int32_t blocks() const { return grid.rows * blocks_a_row(); }

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared& shared) const {
    const std::int32_t row = thread.block / blocks_a_row();
    const std::int32_t first = thread.block % blocks_a_row() * cells_a_block();
    const std::int32_t left = grid.columns - first;
    const std::int32_t count = left < cells_a_block() ? left : cells_a_block();
    const std::int32_t t = thread.thread;
    if constexpr (phase == 0) {
      const std::int32_t quads = count * grid.cell_width / 4;
      for (std::int32_t i = t; i < (glyph_region_rows + 2) * quads; i += thread.threads)
        add_up_columns(row, (grid.left + first * grid.cell_width) / 4, i / quads, i % quads,
                       shared);
    } else if constexpr (phase == 1) {
      for (std::int32_t i = t; i < count * parts; i += thread.threads)
        find_mean(i / parts, i % parts, shared);
    } else if constexpr (phase == 2) {
      if (t >= count) return;
      ShownCell& shown = cells[row * grid.columns + first + t];
      shown.light = arithmetic::lit_pixel(shared.light[t]);
      search.begin(shared.cell[t], shown.glyph);
    } else if constexpr (phase == 3) {
      const std::int32_t each = thread.threads / count;
      if (t / each < count) search.search(shared.cell[t / each], t % each, each);
    } else {
      if (t < count) cells[row * grid.columns + first + t].glyph = search.found(shared.cell[t]);
    }
  }

 private:
  LIFEREEL_KERNEL std::int32_t region_width() const {
    return grid.cell_width / glyph_region_columns;
  }
  LIFEREEL_KERNEL std::int32_t region_height() const {
    return grid.cell_height / glyph_region_rows;
  }

  // Of four pixels side by side: of luma in one row of regions, or of an opponent in all.
  LIFEREEL_KERNEL void add_up_columns(std::int32_t row, std::int32_t first_quad, std::int32_t part,
                                      std::int32_t quad, Shared& shared) const {
    const std::int32_t top = grid.top + row * grid.cell_height;
    if (part < glyph_region_rows) {
      const std::int64_t at = image.quad(top + part * region_height(), first_quad + quad);
      reinterpret_cast<FourFloats*>(shared.luma[part])[quad] =
          sum_of_rows(image.luma + at, region_height());
    } else {
      const std::int32_t opponent = part - glyph_region_rows;
      const TwoFloats* const from = opponent == 0 ? image.cb : image.cr;
      reinterpret_cast<TwoFloats*>(shared.opponents[opponent])[quad] =
          sum_of_rows(from + image.quad(top / 2, first_quad + quad), grid.cell_height / 2);
    }
  }
  // From above.
  template <class Floats>
  LIFEREEL_KERNEL Floats sum_of_rows(const Floats* from, std::int32_t rows) const {
    constexpr int count = sizeof(Floats) / sizeof(float);
    const std::int32_t pitch = image.pitch / 4;
    Floats sum = from[0];
    LIFEREEL_UNROLL(4)
    for (std::int32_t row = 1; row < rows; ++row) {
      const Floats added = from[static_cast<std::int64_t>(row) * pitch];
      for (int i = 0; i < count; ++i) sum.v[i] = sum.v[i] + added.v[i];
    }
    return sum;
  }

  // Of a region, which is toned at once, or of an opponent.
  LIFEREEL_KERNEL void find_mean(std::int32_t cell, std::int32_t part, Shared& shared) const {
    arithmetic::CellLight<float>& light = shared.light[cell];
    if (part >= glyph_regions) {
      const std::int32_t opponent = part - glyph_regions, width = grid.cell_width / 2;
      (opponent == 0 ? light.cb : light.cr) =
          sum_of_columns(shared.opponents[opponent] + cell * width, width) * cell_scale;
      return;
    }
    const std::int32_t row = part / glyph_region_columns, column = part % glyph_region_columns;
    const float* const first = shared.luma[row] + cell * grid.cell_width + column * region_width();
    const float mean = sum_of_columns(first, region_width()) * region_scale;
    light.region[part] = mean;
    const arithmetic::ToneConstants constants = *tone;
    const float exposed = mean * constants.exposure;
    shared.cell[cell].shape[part] = filmic ? arithmetic::filmic_tone(exposed, constants, 1.0f)
                                           : arithmetic::log_tone(exposed, constants, 1.0f);
  }
  // From the left.
  LIFEREEL_KERNEL static float sum_of_columns(const float* from, std::int32_t columns) {
    float sum = from[0];
    for (std::int32_t column = 1; column < columns; ++column) sum = sum + from[column];
    return sum;
  }
};

/// A thread 4x4 pixels, which lie in one cell or beside them all. What lies beside them is never
/// written and stays dark.
struct DrawGlyphs : KernelBody {
  static constexpr const char* name = "DrawGlyphs";
  static constexpr int resident_blocks = 4;
  GlyphGrid grid;
  const ShownCell* cells;
  const FourRows* glyph_rows;  ///< as GlyphTables::rows
  LightImage canvas;
  LightLevel base;
  bool has_bloom;

  LIFEREEL_KERNEL std::int32_t threads() const { return base.height * base.width; }

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i >= threads()) return;
    const std::int32_t row = i / base.width, column = i % base.width;
    const std::int32_t y = 4 * row - grid.top, x = 4 * column - grid.left;
    float sums[3] = {0.0f, 0.0f, 0.0f};
    if (y >= 0 && x >= 0 && y < grid.rows * grid.cell_height && x < grid.columns * grid.cell_width)
      draw(row, column, y, x, sums);
    if (!has_bloom) return;
    for (std::int32_t c = 0; c < 3; ++c) base.row(c, row)[column] = sums[c];
  }

 private:
  LIFEREEL_KERNEL void draw(std::int32_t row, std::int32_t column, std::int32_t y, std::int32_t x,
                            float* sums) const {
    const ShownCell cell = cells[y / grid.cell_height * grid.columns + x / grid.cell_width];
    const FourRows rows = glyph_rows[(cell.glyph * grid.cell_height + y % grid.cell_height) / 4];
    std::uint32_t bits[4];
    for (std::int32_t k = 0; k < 4; ++k) bits[k] = rows.v[k] >> x % grid.cell_width & 0xfu;
    TwoFloats block_sums[3][2];  // channel, row
    for (std::int32_t half = 0; half < 2; ++half) {
      FourFloats luma[2];
      for (std::int32_t k = 0; k < 2; ++k) {
        for (std::int32_t p = 0; p < 4; ++p)
          luma[k].v[p] = lit(bits[2 * half + k] >> p & 1u) * cell.light.luma;
        canvas.luma[canvas.quad(4 * row + 2 * half + k, column)] = luma[k];
      }
      for (std::int32_t b = 0; b < 2; ++b) {
        const std::uint32_t upper = bits[2 * half] >> 2 * b, lower = bits[2 * half + 1] >> 2 * b;
        const float pixels =
            lit((upper & 1u) + (upper >> 1 & 1u) + (lower & 1u) + (lower >> 1 & 1u));
        block_sums[0][half].v[b] = arithmetic::sum_of_block(
            luma[0].v[2 * b], luma[1].v[2 * b], luma[0].v[2 * b + 1], luma[1].v[2 * b + 1]);
        block_sums[1][half].v[b] = pixels * cell.light.cb;
        block_sums[2][half].v[b] = pixels * cell.light.cr;
      }
      const std::int64_t at = canvas.quad(2 * row + half, column);
      canvas.cb[at] = block_sums[1][half];
      canvas.cr[at] = block_sums[2][half];
    }
    for (std::int32_t c = 0; c < 3; ++c) {
      const TwoFloats &upper = block_sums[c][0], &lower = block_sums[c][1];
      sums[c] = arithmetic::sum_of_block(upper.v[0], lower.v[0], upper.v[1], lower.v[1]);
    }
  }
  LIFEREEL_KERNEL static float lit(std::uint32_t pixels) {
    return arithmetic::to_float(static_cast<std::int32_t>(pixels));
  }
};

}  // namespace lifereel
