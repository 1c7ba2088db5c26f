// SPDX-License-Identifier: GPL-2.0-or-later
#include "cuda/kernels/strip_grid.h"

#include <algorithm>
#include <cmath>

#include "sim/arithmetic/cell_grid.h"
#include "sim/arithmetic/constants.h"

namespace lifereel {
namespace {

// More strips or columns than this would cost more to visit than they save.
constexpr double most_an_axis = 4096;
// Two strips on each side must cover the reach, and a strip be visited once.
constexpr double fewest_strips = 5, fewest_columns = 3;

}  // namespace

StripGrid make_strip_grid(const UniverseSettings& settings) {
  StripGrid grid;
  grid.height = static_cast<float>(settings.height);
  grid.width = static_cast<float>(settings.width);
  grid.reach_squared = reach_squared(settings);
  grid.seam_reach = 1.001f * settings.rmax + 1.0f;
  grid.published = settings.seam == Seam::published;
  if (grid.published) {
    const CellGrid cells = make_cell_grid(settings);
    grid.strips = cells.rows;
    grid.columns = cells.columns;
    grid.strip_height = cells.cell_height;
    grid.column_width = cells.cell_width;
    grid.strips_per_pixel = grid.columns_per_pixel = 0.0f;
    return grid;
  }
  // A little more than half the reach: float32 products of strip numbers are rounded.
  const double reach = std::sqrt(static_cast<double>(grid.reach_squared)) * 1.001;
  const double particles = settings.particles;
  const double strips = std::clamp(std::floor(settings.height / (0.5 * reach)), fewest_strips,
                                   std::min(most_an_axis, std::max(64.0, particles)));
  // Short columns waste little at the ends of runs; no more of them than there are particles for.
  const double columns = std::clamp(std::floor(settings.width / (0.125 * reach)), fewest_columns,
                                    std::min(most_an_axis, std::max(64.0, 4 * particles / strips)));
  grid.strips = static_cast<std::int32_t>(strips);
  grid.columns = static_cast<std::int32_t>(columns);
  grid.strip_height = static_cast<float>(settings.height / strips);
  grid.column_width = static_cast<float>(settings.width / columns);
  grid.strips_per_pixel = static_cast<float>(strips / settings.height);
  grid.columns_per_pixel = static_cast<float>(columns / settings.width);
  return grid;
}

}  // namespace lifereel
