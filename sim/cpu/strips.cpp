// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/strips.h"

#include <algorithm>
#include <cmath>

#include "sim/arithmetic/arithmetic.h"
#include "sim/arithmetic/cell_grid.h"
#include "sim/arithmetic/constants.h"

namespace lifereel {
namespace {

// Measured: flatter strips and shorter columns meet fewer pairs out of reach, but in shorter runs.
constexpr std::int32_t strips_a_reach = 4, columns_a_reach = 32;
// More buckets than this cost more memory than they save time.
constexpr double most_buckets = 1e8;

}  // namespace

std::int32_t Strips::place_of(float y, float x) const noexcept {
  const std::int32_t part = arithmetic::cell_of(y, strip_height / parts, strips * parts, published);
  const std::int32_t column = arithmetic::cell_of(x, column_width, columns, published);
  return (part / parts * (columns + 1) + column) * parts + part % parts;
}

Strips make_strips(const UniverseSettings& settings) {
  Strips strips;
  strips.height = static_cast<float>(settings.height);
  strips.width = static_cast<float>(settings.width);
  strips.published = settings.seam == Seam::published;
  const double height = settings.height, width = settings.width, rmax = settings.rmax;
  // No more buckets than there are particles for.
  const double buckets = std::min(16.0 * settings.particles + 4096.0, most_buckets);
  if (strips.published) {
    const CellGrid cells = make_cell_grid(settings);
    const auto cut = [&](std::int32_t most, std::int32_t already) {
      std::int32_t pieces = 1;
      const double larger = 2.0 * already * static_cast<double>(cells.cells());
      while (pieces < most && larger * pieces <= buckets) pieces *= 2;
      return pieces;
    };
    strips.strips_a_cell = cut(strips_a_reach, 1);
    strips.columns_a_cell = cut(columns_a_reach, strips.strips_a_cell);
    strips.strips = cells.rows * strips.strips_a_cell;
    strips.columns = cells.columns * strips.columns_a_cell;
    strips.strip_height = cells.cell_height / static_cast<float>(strips.strips_a_cell);
    strips.column_width = cells.cell_width / static_cast<float>(strips.columns_a_cell);
  } else {
    const double rows = std::floor(std::min(height * strips_a_reach / rmax, std::sqrt(buckets)));
    const double columns = std::floor(std::min(width * columns_a_reach / rmax, buckets / rows));
    strips.strips = static_cast<std::int32_t>(std::max(3.0, rows));
    strips.columns = static_cast<std::int32_t>(std::max(3.0, columns));
    strips.strip_height = static_cast<float>(height / strips.strips);
    strips.column_width = static_cast<float>(width / strips.columns);
  }

  // Wider than coordinates and edges are rounded by.
  const double margin = 1e-6 * std::max(height, width);
  const double reach_squared_wide = static_cast<double>(reach_squared(settings));
  const double strip_height = strips.strip_height, column_width = strips.column_width;
  const double reach = std::sqrt(reach_squared_wide) + margin;
  strips.reach = static_cast<std::int32_t>(std::ceil(reach / strip_height));
  for (std::int32_t step = 0; step <= strips.reach; ++step)
    for (std::int32_t part = 0; part < Strips::parts; ++part) {
      const double to_strip =
          strip_height * (step - (part + 1.0) / static_cast<double>(Strips::parts)) - margin;
      const double dy = step == 0 ? 0.0 : std::max(0.0, to_strip);
      const double left = reach_squared_wide - dy * dy;
      strips.column_reach.push_back(left < 0 ? -1
                                             : static_cast<std::int32_t>(std::ceil(
                                                   (std::sqrt(left) + margin) / column_width)));
    }
  return strips;
}

}  // namespace lifereel
