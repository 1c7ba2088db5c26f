// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/light/vignette.h"

#include <cstddef>

namespace lifereel {
namespace {

std::vector<float> darkening(std::int32_t count, float strength, int room) {
  std::vector<float> parts(static_cast<std::size_t>(count) + static_cast<std::size_t>(room));
  for (std::int32_t i = 0; i < count; ++i) {
    const float centred = (static_cast<float>(i) + 0.5f) / static_cast<float>(count) - 0.5f;
    parts[static_cast<std::size_t>(i)] = strength * 2.0f * (centred * centred);
  }
  return parts;
}

}  // namespace

Vignette::Vignette(std::int32_t width, std::int32_t height, float strength, int room) {
  if (!(strength > 0)) return;
  columns = darkening(width, strength, room);
  for (float& part : columns) part = 1.0f - part;
  rows = darkening(height, strength, 0);
}

}  // namespace lifereel
