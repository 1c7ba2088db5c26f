// SPDX-License-Identifier: GPL-2.0-or-later
// The cell list's geometry: which cell a particle is in, and a cell's neighbours with wrap offsets.
#pragma once

#include <array>
#include <cstdint>

#include "arithmetic.h"
#include "universe.h"

namespace lifereel {

/// Which pairs are looked at, never what they add up to: an engine may cut its cells otherwise, but
/// for the published seam, whose missing pairs this grid defines. Cells are numbered row by row.
struct CellGrid {
  std::int32_t rows = 0, columns = 0;
  float cell_height = 0, cell_width = 0;  ///< pixels
  float height = 0, width = 0;            ///< of the torus, pixels
  bool published = false;

  std::int32_t cells() const noexcept { return rows * columns; }

  /// Each cell is cut into patches, numbered row by row within the cell: particles of a cell are
  /// ordered by patch, then by particle. Targets that share a vector are then close together, and
  /// more candidates are out of reach of all of them (a fifth of the time, measured with 4 x 4).
  static constexpr std::int32_t patches_an_axis = 4;
  static constexpr std::int32_t patches_a_cell = patches_an_axis * patches_an_axis;

  /// cell * patches_a_cell + patch: the key particles are sorted by.
  std::int32_t patch_of(float y, float x) const noexcept {
    constexpr std::int32_t n = patches_an_axis;
    const std::int32_t row = arithmetic::cell_of(y, cell_height / n, rows * n, published);
    const std::int32_t column = arithmetic::cell_of(x, cell_width / n, columns * n, published);
    return ((row / n) * columns + column / n) * patches_a_cell + row % n * n + column % n;
  }

  /// One of the 3x3 cells around a cell, and what is added to its particles' coordinates to bring
  /// them next to it.
  struct Neighbour {
    std::int32_t cell;
    float offset_y, offset_x;
  };

  /// In row order.
  std::array<Neighbour, 9> neighbours(std::int32_t cell) const noexcept;
};

/// Settings must be valid.
CellGrid make_cell_grid(const UniverseSettings& settings);

}  // namespace lifereel
