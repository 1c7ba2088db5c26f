// SPDX-License-Identifier: GPL-2.0-or-later
// What can be seen of a universe without drawing it. Private to src/scout/.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/universe.h"

namespace lifereel {

/// All of it integers of exact operations, whatever order particles come in.
struct SmallPicture {
  static constexpr int pixel = 4;            ///< pixels of the film to one of this
  static constexpr int block_pixels = 4;     ///< to a block of 16x16 of the film's
  static constexpr int cell = 8;             ///< pixels of the film to a cell
  static constexpr int particle_light = 64;  ///< what a particle adds, spread over 2x2 samples

  int width = 0, height = 0;          ///< in its pixels
  std::vector<std::uint8_t> samples;  ///< light, 255 at most
  int cells_across = 0, cells_down = 0;
  std::vector<std::uint16_t> particles;  ///< in each cell, 65535 at most
  std::int64_t motion = 0;  ///< mean square of the velocity, 2^-20; each axis 64 at most
};

/// Draws the same again and again without allocating.
class SmallPicturePen {
 public:
  explicit SmallPicturePen(const UniverseSettings& universe);
  void draw(const State& state, SmallPicture& picture);

 private:
  int width_, height_;
  std::vector<std::uint32_t> light_, counts_;
};

/// Blocks of 16x16 pixels of the film.
struct BlockChange {
  std::int64_t blocks = 0;
  std::int64_t lit = 0;  ///< in either picture
  /// Of these: their samples differ by more light than a particle and a half has, so that one that
  /// trembles, comes or goes is no change.
  std::int64_t changed = 0;
};
BlockChange block_change(const SmallPicture& before, const SmallPicture& now);

/// Cells that hold something in one of both, and in one alone.
struct CellChange {
  std::int64_t occupied = 0, changed = 0;
};
CellChange cell_change(const SmallPicture& before, const SmallPicture& now);

/// ScoutMeasures::structure of one picture.
std::int64_t structure(const SmallPicture& picture);

}  // namespace lifereel
