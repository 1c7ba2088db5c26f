// SPDX-License-Identifier: GPL-2.0-or-later
// The cells by which a universe is defined: particles feel those in the 3x3 cells around their own.
#pragma once

#include <cstdint>

#include "sim/arithmetic/arithmetic.h"
#include "sim/universe.h"

namespace lifereel {

/// With the exact seam no cell is smaller than rmax, so no pair in reach is missed, and engines cut
/// the torus as suits them. The published seam's cells define which pairs it misses.
struct CellGrid {
  std::int32_t rows = 0, columns = 0;
  float cell_height = 0, cell_width = 0;  ///< pixels
  bool published = false;

  std::int32_t cells() const noexcept { return rows * columns; }
  std::int32_t row_of(float y) const noexcept {
    return arithmetic::cell_of(y, cell_height, rows, published);
  }
  std::int32_t column_of(float x) const noexcept {
    return arithmetic::cell_of(x, cell_width, columns, published);
  }
};

/// Settings must be valid.
CellGrid make_cell_grid(const UniverseSettings& settings);

}  // namespace lifereel
