// SPDX-License-Identifier: GPL-2.0-or-later
// Light as bulging glass shows it (arithmetic/tube.h, Note: [Tube]). Internal to sim/cpu/.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cpu/light_planes.h"
#include "sim/cpu/light_pyramid.h"
#include "sim/cpu/row_bands.h"
#include "sim/cpu/worker_pool.h"
#include "sim/engine.h"

namespace lifereel {

class TubeGlass {
 public:
  /// Of a look with a barrel.
  TubeGlass(const UniverseSettings& universe, Isa isa, int threads);

  /// Returns what is seen of this light, until the next call; the pyramid's base becomes what of
  /// that glows.
  const LightPlanes& bend(const LightPlanes& from, LightPyramid& pyramid, WorkerPool& pool);

 private:
  void bend_row(int thread, const LightPlane& from, std::int32_t row, LightPlane& to);

  const float barrel_;
  const LightKernels& kernels_;
  const RowBands bands_;
  LightPlanes seen_;
  std::vector<std::vector<float>> between_;  // BentRow::between, one a thread
};

}  // namespace lifereel
