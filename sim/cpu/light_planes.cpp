// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/light_planes.h"

#include <algorithm>

namespace lifereel {

void LightPlane::copy_to(std::vector<float>& packed) const {
  packed.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (std::int32_t r = 0; r < height; ++r)
    std::copy_n(row(r), width, packed.begin() + static_cast<std::ptrdiff_t>(r) * width);
}

void LightPlane::copy_from(const std::vector<float>& packed) {
  for (std::int32_t r = 0; r < height; ++r)
    std::copy_n(packed.begin() + static_cast<std::ptrdiff_t>(r) * width, width, row(r));
}

}  // namespace lifereel
