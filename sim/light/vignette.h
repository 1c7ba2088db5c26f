// SPDX-License-Identifier: GPL-2.0-or-later
// How much darker a picture is towards its corners: a part of its columns less one of its rows,
// which light is multiplied by (arithmetic::with_vignette()).
#pragma once

#include <cstdint>
#include <vector>

namespace lifereel {

struct Vignette {
  /// None where the strength is 0. `room` more columns follow, for vectors that run over.
  Vignette(std::int32_t width, std::int32_t height, float strength, int room);

  std::vector<float> columns, rows;
};

}  // namespace lifereel
