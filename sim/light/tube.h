// SPDX-License-Identifier: GPL-2.0-or-later
// The tube of a look, for a picture's size (arithmetic/tube.h, Note: [Tube]).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/arithmetic/tube.h"
#include "sim/look.h"

namespace lifereel {

struct Tube {
  /// `room` more columns of the mask follow, for vectors that run over.
  Tube(const LookSettings& look, std::int32_t width, std::int32_t height, int room);

  arithmetic::TubeConstants pixels, blocks;  ///< blocks of 2x2; lines are counted in pixels' rows
  std::vector<float> mask;                   ///< by column of pixels
};

}  // namespace lifereel
