// SPDX-License-Identifier: GPL-2.0-or-later
// How long each kernel of a frame takes, measured on the GPU.
#pragma once

#include <string>
#include <vector>

#include "sim/universe.h"

namespace lifereel {

struct KernelTimes {
  struct One {
    std::string name;
    double seconds = 0;  ///< of all of its launches in a frame
    int launches = 0;
    bool of_frame = true;  ///< else beside it, to compare
  };
  double without_work = 0;  ///< of a kernel that does nothing, measured alike
  /// Those of a frame; of particles also MoveParticles with one counter a strip; in gray also the
  /// one of a picture without a step.
  std::vector<One> kernels;
  State state;  ///< in which they were measured
};

/// Of such a universe after so many frames, in pictures of this depth, for about so many seconds;
/// throws std::runtime_error with CUDA's text.
KernelTimes time_kernels(const UniverseSettings& universe, int bit_depth, int frames,
                         double seconds);

}  // namespace lifereel
