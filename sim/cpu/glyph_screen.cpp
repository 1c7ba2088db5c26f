// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/glyph_screen.h"

#include <algorithm>

#include "sim/cpu/kernel_choice.h"

namespace lifereel {
namespace {

constexpr std::int32_t widest_vector = 16;

// A row of a glyph's samples, whole vectors of any instruction set.
std::int32_t whole_vectors(std::int32_t count) {
  return (count + widest_vector - 1) / widest_vector * widest_vector;
}

}  // namespace

GlyphScreen::Coverage GlyphScreen::pixel_coverage(const GlyphTables& tables,
                                                  const GlyphGrid& grid) {
  Coverage pixels{{}, whole_vectors(grid.cell_width), grid.cell_width, grid.cell_height, grid.left};
  const auto pitch = static_cast<std::size_t>(pixels.pitch);
  pixels.samples.resize(tables.rows.size() * pitch);
  for (std::size_t row = 0; row < tables.rows.size(); ++row)
    for (int column = 0; column < pixels.width; ++column)
      pixels.samples[row * pitch + static_cast<std::size_t>(column)] =
          static_cast<float>(tables.rows[row] >> column & 1);
  return pixels;
}

GlyphScreen::Coverage GlyphScreen::block_coverage(const Coverage& pixels) {
  Coverage blocks{
      {}, whole_vectors(pixels.width / 2), pixels.width / 2, pixels.height / 2, pixels.left / 2};
  const auto pitch = static_cast<std::size_t>(blocks.pitch),
             pixel_pitch = static_cast<std::size_t>(pixels.pitch);
  const std::size_t rows = pixels.samples.size() / pixel_pitch / 2;
  blocks.samples.resize(rows * pitch);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t block = 0; block < static_cast<std::size_t>(blocks.width); ++block) {
      const float* const upper = pixels.samples.data() + 2 * row * pixel_pitch + 2 * block;
      const float* const lower = upper + pixel_pitch;
      blocks.samples[row * pitch + block] = upper[0] + upper[1] + lower[0] + lower[1];
    }
  return blocks;
}

GlyphScreen::GlyphScreen(const UniverseSettings& universe, Isa isa, int threads)
    : grid_(glyph_grid(universe.look, universe.width, universe.height)),
      tables_(make_glyph_tables(universe.look, grid_.cell_height)),
      kernels_(glyph_kernels_for(isa)),
      pitch_(whole_blocks(grid_.columns)),
      pixels_(pixel_coverage(tables_, grid_)),
      blocks_(block_coverage(pixels_)),
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
    for (int channel = 0; channel < 3; ++channel)
      for (int lower = 0; lower < 2; ++lower)
        draw_row(blocks_, channel, block_row + lower, scratch.blocks[channel].row(lower));
    const auto rows_of = [&scratch](int channel, int lower) {
      return static_cast<const float*>(scratch.blocks[channel].row(lower));
    };
    pyramid.set_row((grid_.top / 2 + block_row) / 2, {{rows_of(0, 0), rows_of(0, 1)},
                                                      {rows_of(1, 0), rows_of(1, 1)},
                                                      {rows_of(2, 0), rows_of(2, 1)}});
  }
}

const LightPlanes& GlyphScreen::draw_canvas(const CellSource& source, WorkerPool& pool) {
  pool.run(grid_.rows, 1, [&](int thread, std::int32_t row) {
    choose_row(source, thread, row);
    const std::int32_t first = row * grid_.cell_height, end = first + grid_.cell_height;
    for (std::int32_t line = first; line < end; ++line)
      draw_row(pixels_, 0, line, canvas_.luma.row(grid_.top + line));
    for (std::int32_t line = first / 2; line < end / 2; ++line) {
      draw_row(blocks_, 1, line, canvas_.cb.row(grid_.top / 2 + line));
      draw_row(blocks_, 2, line, canvas_.cr.row(grid_.top / 2 + line));
    }
  });
  return canvas_;
}

LightRows GlyphScreen::rows(int thread, std::int32_t block_row) const {
  const std::int32_t row = block_row - grid_.top / 2;
  if (row < 0 || row >= grid_.rows * blocks_.height)
    return {{dark_.luma.row(0), dark_.luma.row(1)}, dark_.cb.row(0), dark_.cr.row(0)};
  LightPlanes& light = scratch_[static_cast<std::size_t>(thread)].rows;
  for (int lower = 0; lower < 2; ++lower)
    draw_row(pixels_, 0, 2 * row + lower, light.luma.row(lower));
  draw_row(blocks_, 1, row, light.cb.row(0));
  draw_row(blocks_, 2, row, light.cr.row(0));
  return light.rows(thread, 0);
}

void GlyphScreen::draw_row(const Coverage& coverage, std::int32_t channel, std::int32_t row,
                           float* to) const {
  const std::int32_t line = row % coverage.height;
  const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(row / coverage.height) * pitch_;
  const DrawnCells drawn{
      coverage.samples.data() + static_cast<std::ptrdiff_t>(line) * coverage.pitch,
      static_cast<std::ptrdiff_t>(coverage.height) * coverage.pitch,
      glyphs_.data() + first,
      lit_[channel].data() + first,
      grid_.columns,
      coverage.width};
  kernels_.draw_cells(drawn, to + coverage.left);
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
