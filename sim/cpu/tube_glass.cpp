// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/tube_glass.h"

#include <cstddef>

#include "sim/cpu/kernel_choice.h"

namespace lifereel {

TubeGlass::TubeGlass(const UniverseSettings& universe, Isa isa, int threads)
    : barrel_(universe.look.barrel),
      kernels_(light_kernels_for(isa)),
      bands_(universe.height / 2, threads),
      seen_(universe.width, universe.height) {
  for (int thread = 0; thread < threads; ++thread)
    between_.emplace_back(static_cast<std::size_t>(universe.width) + 3 * light_block);
}

const LightPlanes& TubeGlass::bend(const LightPlanes& from, LightPyramid& pyramid,
                                   WorkerPool& pool) {
  const std::int32_t rows = seen_.cb.height;
  pool.run(bands_.count(), 1, [&](int thread, std::int32_t band) {
    const std::int32_t end = bands_.first_row_of(band + 1);
    for (std::int32_t row = bands_.first_row_of(band); row < end; ++row) {
      bend_row(thread, from.luma, 2 * row, seen_.luma);
      bend_row(thread, from.luma, 2 * row + 1, seen_.luma);
      bend_row(thread, from.cb, row, seen_.cb);
      bend_row(thread, from.cr, row, seen_.cr);
      if (pyramid.levels() > 0 && (row % 2 == 1 || row + 1 == rows))
        pyramid.set_row(thread, row / 2, seen_);
    }
  });
  return seen_;
}

void TubeGlass::bend_row(int thread, const LightPlane& from, std::int32_t row, LightPlane& to) {
  BentRow bent{};
  bent.first = from.row(0);
  bent.pitch = from.pitch;
  bent.width = from.width;
  bent.height = from.height;
  bent.barrel = arithmetic::barrel_constants(from.width, from.height, barrel_);
  bent.row = arithmetic::from_middle(row, bent.barrel.half_height);
  bent.between = between_[static_cast<std::size_t>(thread)].data();
  bent.to = to.row(row);
  kernels_.bend_row(bent);
}

}  // namespace lifereel
