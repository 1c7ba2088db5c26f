// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/arithmetic/cell_grid.h"

#include <cmath>

namespace lifereel {
namespace {

struct Axis {
  std::int32_t cells;
  float cell_size;
};

Axis cut(int size, float rmax, Seam seam) {
  if (seam == Seam::published)
    return {static_cast<std::int32_t>(std::ceil(static_cast<double>(size) / rmax)), rmax};
  const auto cells = static_cast<std::int32_t>(std::floor(static_cast<double>(size) / rmax));
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
  grid.published = settings.seam == Seam::published;
  return grid;
}

}  // namespace lifereel
