// SPDX-License-Identifier: GPL-2.0-or-later
#include "cell_grid.h"

#include <algorithm>
#include <cmath>

namespace lifereel {
namespace {

// More cells than this an axis would cost more to visit than they save.
constexpr double most_cells_an_axis = 1024;

struct Axis {
  std::int32_t cells;
  float cell_size;
};

Axis cut(int size, float rmax, Seam seam) {
  if (seam == Seam::published)
    return {static_cast<std::int32_t>(std::ceil(static_cast<double>(size) / rmax)), rmax};
  const auto cells = static_cast<std::int32_t>(
      std::min(std::floor(static_cast<double>(size) / rmax), most_cells_an_axis));
  return {cells, static_cast<float>(size) / static_cast<float>(cells)};
}

}  // namespace

CellGrid make_cell_grid(const UniverseSettings& settings) {
  const Axis vertical = cut(settings.height, settings.rmax, settings.seam);
  const Axis horizontal = cut(settings.width, settings.rmax, settings.seam);
  CellGrid grid;
  grid.rows = vertical.cells;
  grid.columns = horizontal.cells;
  grid.cell_height = vertical.cell_size;
  grid.cell_width = horizontal.cell_size;
  grid.height = static_cast<float>(settings.height);
  grid.width = static_cast<float>(settings.width);
  grid.published = settings.seam == Seam::published;
  return grid;
}

std::array<CellGrid::Neighbour, 9> CellGrid::neighbours(std::int32_t cell) const noexcept {
  const std::int32_t row = cell / columns, column = cell % columns;
  const auto step = [](std::int32_t index, std::int32_t by, std::int32_t count, float size,
                       float& offset) {
    const std::int32_t next = index + by;
    offset = next < 0 ? -size : next >= count ? size : 0.0f;
    return next < 0 ? next + count : next >= count ? next - count : next;
  };
  std::array<Neighbour, 9> around;
  std::size_t i = 0;
  for (std::int32_t dy = -1; dy <= 1; ++dy)
    for (std::int32_t dx = -1; dx <= 1; ++dx, ++i) {
      const std::int32_t r = step(row, dy, rows, height, around[i].offset_y);
      const std::int32_t c = step(column, dx, columns, width, around[i].offset_x);
      around[i].cell = r * columns + c;
    }
  return around;
}

}  // namespace lifereel
