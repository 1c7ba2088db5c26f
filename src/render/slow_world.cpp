// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/slow_world.h"

#include <cmath>
#include <numbers>

#include "src/text/format.h"

namespace lifereel {
namespace {

// A second's work or more for a processor.
constexpr double many_pairs = 1e9;

}  // namespace

std::string slow_world_text(const UniverseSettings& universe) {
  const double particles = universe.particles;
  const double reach = universe.rmax;
  const double area = static_cast<double>(universe.width) * universe.height;
  const double in_reach = particles * std::numbers::pi * reach * reach / area;
  const double pairs = particles * in_reach / 2 * universe.steps_per_frame;
  if (pairs < many_pairs) return "";
  return format(
      "the first frame takes longer than 2 seconds: each of %d particles has about %.0f others in "
      "its reach, which makes %.1e pairs a frame; fewer particles, a smaller rmax%s or a larger "
      "size "
      "are faster",
      universe.particles, in_reach, pairs,
      universe.steps_per_frame > 1 ? ", fewer steps-per-frame" : "");
}

}  // namespace lifereel
