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

std::vector<float> pixel_coverage(const GlyphTables& tables) {
  const auto pitch = static_cast<std::size_t>(whole_vectors(tables.cell_width));
  std::vector<float> coverage(tables.rows.size() * pitch);
  for (std::size_t row = 0; row < tables.rows.size(); ++row)
    for (int column = 0; column < tables.cell_width; ++column)
      coverage[row * pitch + static_cast<std::size_t>(column)] =
          static_cast<float>(tables.rows[row] >> column & 1);
  return coverage;
}

std::vector<float> block_coverage(const GlyphTables& tables, const std::vector<float>& pixels) {
  const auto pixel_pitch = static_cast<std::size_t>(whole_vectors(tables.cell_width));
  const auto pitch = static_cast<std::size_t>(whole_vectors(tables.cell_width / 2));
  std::vector<float> coverage(tables.rows.size() / 2 * pitch);
  for (std::size_t row = 0; row < tables.rows.size() / 2; ++row)
    for (std::size_t block = 0; block < static_cast<std::size_t>(tables.cell_width / 2); ++block) {
      const float* const upper = pixels.data() + 2 * row * pixel_pitch + 2 * block;
      const float* const lower = upper + pixel_pitch;
      coverage[row * pitch + block] = upper[0] + upper[1] + lower[0] + lower[1];
    }
  return coverage;
}

}  // namespace

GlyphScreen::GlyphScreen(const UniverseSettings& universe, Isa isa, int threads)
    : grid_(glyph_grid(universe.look, universe.width, universe.height)),
      tables_(make_glyph_tables(universe.look, grid_.cell_height)),
      kernels_(glyph_kernels_for(isa)),
      pitch_(whole_blocks(grid_.columns)),
      pixels_(pixel_coverage(tables_)),
      blocks_(block_coverage(tables_, pixels_)),
      pixel_pitch_(whole_vectors(tables_.cell_width)),
      block_pitch_(whole_vectors(tables_.cell_width / 2)),
      coverage_(make_glyph_coverage(tables_)),
      choice_(make_glyph_choice(universe.look, tables_, coverage_.coverage.data(),
                                coverage_.squares.data())),
      light_(universe.width, universe.height),
      glyphs_(static_cast<std::size_t>(pitch_) * static_cast<std::size_t>(grid_.rows), -1) {
  cell_rows_.resize(static_cast<std::size_t>(threads));
  for (auto& row : cell_rows_) row.resize(static_cast<std::size_t>(pitch_) * (glyph_regions + 3));
}

CellRow GlyphScreen::cells_of(int thread, std::int32_t row) {
  float* at = cell_rows_[static_cast<std::size_t>(thread)].data();
  const auto take = [&at, this] {
    float* const array = at;
    at += pitch_;
    return array;
  };
  CellRow cells{};
  for (float*& shape : cells.shape) shape = take();
  cells.luma = take();
  cells.cb = take();
  cells.cr = take();
  cells.glyph = glyphs_.data() + static_cast<std::ptrdiff_t>(row) * pitch_;
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

void GlyphScreen::draw(const CellSource& source, LightPyramid* pyramid, WorkerPool& pool) {
  const bool glows = pyramid != nullptr && pyramid->levels() > 0;
  pool.run(grid_.rows, 1, [&](int thread, std::int32_t row) {
    choose_row(source, thread, row);
    draw_row(cells_of(thread, row), row);
    if (!glows) return;
    const std::int32_t first = (grid_.top + row * grid_.cell_height) / 4;
    for (std::int32_t base = first; base < first + grid_.cell_height / 4; ++base)
      pyramid->set_row(thread, base, light_);
  });
  if (!glows) return;
  // Above the first cells and below the last it is dark.
  const std::int32_t bottom = (grid_.top + grid_.rows * grid_.cell_height) / 4;
  for (std::int32_t base = 0; base < pyramid->rows(); ++base)
    if (base < grid_.top / 4 || base >= bottom) pyramid->set_row(0, base, light_);
}

void GlyphScreen::draw_row(const CellRow& cells, std::int32_t row) {
  const std::int32_t first = grid_.top + row * grid_.cell_height;
  DrawnCells drawn{pixels_.data(), grid_.cell_height * pixel_pitch_,
                   cells.glyph,    cells.luma,
                   cells.count,    grid_.cell_width};
  for (std::int32_t line = 0; line < grid_.cell_height; ++line, drawn.table += pixel_pitch_)
    kernels_.draw_cells(drawn, light_.luma.row(first + line) + grid_.left);
  for (int channel = 0; channel < 2; ++channel) {
    LightPlane& plane = channel == 0 ? light_.cb : light_.cr;
    drawn = {blocks_.data(), grid_.cell_height / 2 * block_pitch_,
             cells.glyph,    channel == 0 ? cells.cb : cells.cr,
             cells.count,    grid_.cell_width / 2};
    for (std::int32_t line = 0; line < grid_.cell_height / 2; ++line, drawn.table += block_pitch_)
      kernels_.draw_cells(drawn, plane.row(first / 2 + line) + grid_.left / 2);
  }
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
  const std::size_t light = static_cast<std::size_t>(whole_blocks(universe.width)) *
                            static_cast<std::size_t>(universe.height) * 6;
  return light + pitch * static_cast<std::size_t>(grid.rows) * 4 +
         pitch * 44 * static_cast<std::size_t>(threads) + (std::size_t{1} << 20);
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
