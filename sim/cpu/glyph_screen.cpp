// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/glyph_screen.h"

#include <algorithm>

#include "sim/cpu/kernel_choice.h"

namespace lifereel {
GlyphScreen::Coverage::Coverage(std::int32_t cell_width, std::int32_t cell_height,
                                std::int32_t first, int glyphs)
    : lines_a_row((cell_width + coverage_line - 1) / coverage_line),
      width(cell_width),
      height(cell_height),
      left(first) {
  lines.resize(static_cast<std::size_t>(glyphs * height * lines_a_row));
}

GlyphScreen::Coverage GlyphScreen::pixel_coverage(const GlyphTables& tables,
                                                  const GlyphGrid& grid) {
  Coverage pixels(grid.cell_width, grid.cell_height, grid.left, tables.glyphs);
  for (std::int32_t row = 0; row < tables.glyphs * pixels.height; ++row)
    for (std::int32_t column = 0; column < pixels.width; ++column)
      pixels.at(row, column) =
          static_cast<float>(tables.rows[static_cast<std::size_t>(row)] >> column & 1);
  return pixels;
}

GlyphScreen::Coverage GlyphScreen::block_coverage(const GlyphTables& tables,
                                                  const GlyphGrid& grid) {
  Coverage blocks(grid.cell_width / 2, grid.cell_height / 2, grid.left / 2, tables.glyphs);
  for (std::int32_t row = 0; row < tables.glyphs * blocks.height; ++row)
    for (std::int32_t column = 0; column < blocks.width; ++column) {
      const std::uint32_t* const pixels = tables.rows.data() + 2 * row;
      const auto lit = [&](std::uint32_t bits) {
        return __builtin_popcount(bits >> 2 * column & 3);
      };
      blocks.at(row, column) = static_cast<float>(lit(pixels[0]) + lit(pixels[1]));
    }
  return blocks;
}

GlyphScreen::GlyphScreen(const UniverseSettings& universe, Isa isa, int threads)
    : grid_(glyph_grid(universe.look, universe.width, universe.height)),
      tables_(make_glyph_tables(universe.look, grid_.cell_height)),
      kernels_(glyph_kernels_for(isa)),
      pitch_(whole_blocks(grid_.columns)),
      pixels_(pixel_coverage(tables_, grid_)),
      blocks_(block_coverage(tables_, grid_)),
      coverage_(make_glyph_coverage(tables_)),
      choice_(make_glyph_choice(universe.look, tables_, coverage_.coverage.data(),
                                coverage_.squares.data())),
      glyphs_(static_cast<std::size_t>(pitch_) * static_cast<std::size_t>(grid_.rows), -1),
      dark_(universe.width, 2) {
  for (auto& light : lit_) light.resize(glyphs_.size());
  if (universe.look.barrel > 0) canvas_ = LightPlanes(universe.width, universe.height);
  for (int thread = 0; thread < threads; ++thread)
    scratch_.emplace_back(universe, static_cast<std::size_t>(pitch_) * glyph_regions);
}

CellRow GlyphScreen::cells_of(int thread, std::int32_t row) {
  const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(row) * pitch_;
  CellRow cells{};
  for (int region = 0; region < glyph_regions; ++region)
    cells.shape[region] =
        scratch_[static_cast<std::size_t>(thread)].shapes.data() + region * pitch_;
  cells.luma = lit_[0].data() + first;
  cells.cb = lit_[1].data() + first;
  cells.cr = lit_[2].data() + first;
  cells.glyph = glyphs_.data() + first;
  cells.count = grid_.columns;
  return cells;
}

void GlyphScreen::choose_row(const CellSource& source, int thread, std::int32_t row) {
  const CellRow cells = cells_of(thread, row);
  source.fill(thread, row, cells);
  if (!source.gives_glyphs()) kernels_.choose_glyphs(cells, choice_);
}

void GlyphScreen::choose(const CellSource& source, WorkerPool& pool) {
  pool.run(grid_.rows, 1, [&](int thread, std::int32_t row) { choose_row(source, thread, row); });
}

void GlyphScreen::draw(const CellSource& source, LightPyramid& pyramid, WorkerPool& pool) {
  const bool glows = pyramid.levels() > 0;
  pool.run(grid_.rows, 1, [&](int thread, std::int32_t row) {
    choose_row(source, thread, row);
    if (glows) add_glow(scratch_[static_cast<std::size_t>(thread)], row, pyramid);
  });
  if (!glows) return;
  // Above the first cells and below the last it is dark.
  const float* const dark = dark_.luma.row(0);
  const std::int32_t bottom = (grid_.top + grid_.rows * grid_.cell_height) / 4;
  for (std::int32_t base = 0; base < pyramid.rows(); ++base)
    if (base < grid_.top / 4 || base >= bottom)
      pyramid.set_row(base, {{dark, dark}, {dark, dark}, {dark, dark}});
}

// Sums of blocks as they would be added up from pixels: the same light, or none, up to four times.
void GlyphScreen::add_glow(Scratch& scratch, std::int32_t row, LightPyramid& pyramid) const {
  const std::int32_t first = row * blocks_.height;
  for (std::int32_t block_row = first; block_row < first + blocks_.height; block_row += 2) {
    LightPyramid::BlockRows sums{};
    for (int lower = 0; lower < 2; ++lower) {
      DrawnCells drawn = drawn_cells(blocks_, block_row + lower);
      const float** const to[3] = {sums.luma, sums.cb, sums.cr};
      for (int channel = 0; channel < 3; ++channel) {
        float* const samples = scratch.blocks[channel].row(lower);
        drawn.rows[drawn.row_count++] = drawn_row(blocks_, block_row + lower, channel, samples);
        to[channel][lower] = samples;
      }
      kernels_.draw_cells(drawn);
    }
    pyramid.set_row((grid_.top / 2 + block_row) / 2, sums);
  }
}

const LightPlanes& GlyphScreen::draw_canvas(const CellSource& source, WorkerPool& pool) {
  pool.run(grid_.rows, 1, [&](int thread, std::int32_t row) {
    choose_row(source, thread, row);
    const std::int32_t first = row * blocks_.height;
    for (std::int32_t block_row = first; block_row < first + blocks_.height; ++block_row)
      draw_block_row(block_row, canvas_, grid_.top / 2 + block_row);
  });
  return canvas_;
}

LightRows GlyphScreen::rows(int thread, std::int32_t block_row) const {
  const std::int32_t row = block_row - grid_.top / 2;
  if (row < 0 || row >= grid_.rows * blocks_.height) return dark_.rows(thread, 0);
  LightPlanes& light = scratch_[static_cast<std::size_t>(thread)].rows;
  draw_block_row(row, light, 0);
  return light.rows(thread, 0);
}

void GlyphScreen::draw_block_row(std::int32_t row, LightPlanes& light, std::int32_t to_row) const {
  DrawnCells luma = drawn_cells(pixels_, 2 * row), opponents = drawn_cells(blocks_, row);
  for (int lower = 0; lower < 2; ++lower)
    luma.rows[luma.row_count++] =
        drawn_row(pixels_, 2 * row + lower, 0, light.luma.row(2 * to_row + lower));
  kernels_.draw_cells(luma);
  opponents.rows[opponents.row_count++] = drawn_row(blocks_, row, 1, light.cb.row(to_row));
  opponents.rows[opponents.row_count++] = drawn_row(blocks_, row, 2, light.cr.row(to_row));
  kernels_.draw_cells(opponents);
}

DrawnCells GlyphScreen::drawn_cells(const Coverage& coverage, std::int32_t row) const {
  DrawnCells drawn{};
  drawn.a_glyph = coverage.row(coverage.height) - coverage.row(0);
  drawn.glyph = glyphs_.data() + static_cast<std::ptrdiff_t>(row / coverage.height) * pitch_;
  drawn.count = grid_.columns;
  drawn.width = coverage.width;
  return drawn;
}

DrawnRow GlyphScreen::drawn_row(const Coverage& coverage, std::int32_t row, int channel,
                                float* to) const {
  const std::ptrdiff_t first_cell = static_cast<std::ptrdiff_t>(row / coverage.height) * pitch_;
  return {coverage.row(row % coverage.height), lit_[channel].data() + first_cell,
          to + coverage.left};
}

void GlyphScreen::save(std::vector<std::uint16_t>& glyphs) const {
  glyphs.clear();
  if (glyphs_.front() < 0) return;
  for (std::int32_t row = 0; row < grid_.rows; ++row) {
    const std::int32_t* const first = glyphs_.data() + static_cast<std::ptrdiff_t>(row) * pitch_;
    for (std::int32_t column = 0; column < grid_.columns; ++column)
      glyphs.push_back(static_cast<std::uint16_t>(first[column]));
  }
}

void GlyphScreen::restore(const std::vector<std::uint16_t>& glyphs) {
  std::fill(glyphs_.begin(), glyphs_.end(), -1);
  if (glyphs.empty()) return;
  for (std::int32_t row = 0; row < grid_.rows; ++row)
    std::copy_n(glyphs.begin() + static_cast<std::ptrdiff_t>(row) * grid_.columns, grid_.columns,
                glyphs_.begin() + static_cast<std::ptrdiff_t>(row) * pitch_);
}

std::size_t GlyphScreen::memory_bytes(const UniverseSettings& universe, int threads) {
  const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
  const auto pitch = static_cast<std::size_t>(whole_blocks(grid.columns));
  const auto width = static_cast<std::size_t>(whole_blocks(universe.width)) + light_block;
  const std::size_t canvas =
      universe.look.barrel > 0 ? static_cast<std::size_t>(universe.height) : 0;
  // A row of pixels has six bytes a pixel; threads draw two of them, and three sums of two blocks.
  return width * canvas * 6 + pitch * static_cast<std::size_t>(grid.rows) * 16 +
         (pitch * glyph_regions * 4 + width * 26) * static_cast<std::size_t>(threads) +
         (std::size_t{1} << 20);
}

LitCells::LitCells(const GlyphGrid& grid, const LightPlanes& light, Isa isa, bool filmic,
                   int threads)
    : grid_(grid), light_(light), kernels_(glyph_kernels_for(isa)), filmic_(filmic) {
  column_sums_.resize(static_cast<std::size_t>(threads));
  for (auto& sums : column_sums_)
    sums.resize(static_cast<std::size_t>(light.luma.pitch) + light_block);
}

void LitCells::fill(int thread, std::int32_t row, const CellRow& cells) const {
  float* const sums = column_sums_[static_cast<std::size_t>(thread)].data();
  const std::int32_t width = grid_.cell_width, height = grid_.cell_height;
  const std::int32_t region_width = width / glyph_region_columns,
                     region_height = height / glyph_region_rows;
  const std::int32_t first = grid_.top + row * height;
  const Means of_luma{light_.luma, grid_.left, region_width, region_height,
                      1.0f / static_cast<float>(region_width * region_height)};
  for (int r = 0; r < glyph_region_rows; ++r)
    fill_means(of_luma, first + r * region_height, sums, cells.shape + r * glyph_region_columns,
               glyph_region_columns);
  float* channels[2] = {cells.cb, cells.cr};
  const LightPlane* const planes[2] = {&light_.cb, &light_.cr};
  for (int c = 0; c < 2; ++c)
    fill_means({*planes[c], grid_.left / 2, width / 2, height / 2,
                1.0f / static_cast<float>(width * height)},
               first / 2, sums, channels + c, 1);
  kernels_.tone_cells(cells, tone_, filmic_);
}

// Sums from above, then from the left.
void LitCells::fill_means(const Means& means, std::int32_t first_row, float* sums, float* const* to,
                          std::int32_t parts) const {
  const std::int32_t samples = grid_.columns * parts * means.width;
  kernels_.sum_rows(means.plane.row(first_row) + means.left, means.plane.pitch, means.height,
                    samples, sums);
  for (std::int32_t cell = 0; cell < grid_.columns; ++cell)
    for (std::int32_t part = 0; part < parts; ++part) {
      const float* const from = sums + (cell * parts + part) * means.width;
      float sum = from[0];
      for (std::int32_t i = 1; i < means.width; ++i) sum += from[i];
      to[part][cell] = sum * means.scale;
    }
}

}  // namespace lifereel
