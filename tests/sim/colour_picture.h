// SPDX-License-Identifier: GPL-2.0-or-later
// A picture in colour of an engine's, of 8 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/engine.h"

namespace lifereel {

struct ColourPicture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> luma, cb, cr;
  bool operator==(const ColourPicture&) const = default;

  int luma_at(int y, int x) const {
    return luma[static_cast<std::size_t>((y + height) % height * width + (x + width) % width)];
  }
  int cb_at(int y, int x) const { return cb[block(y, x)]; }
  int cr_at(int y, int x) const { return cr[block(y, x)]; }
  std::size_t block(int y, int x) const {
    return static_cast<std::size_t>((y + height) % height / 2 * (width / 2) +
                                    (x + width) % width / 2);
  }
};

/// Into a picture, or without a look at it.
enum class Drawing { drawn, passed };
inline ColourPicture draw(Engine& engine, ColourMatrix matrix = ColourMatrix::bt709,
                          ColourRange range = ColourRange::limited, Drawing how = Drawing::drawn) {
  ColourPicture picture;
  picture.width = engine.settings().width;
  picture.height = engine.settings().height;
  const auto pixels = static_cast<std::size_t>(picture.width * picture.height);
  picture.luma.resize(pixels);
  picture.cb.resize(pixels / 4);
  picture.cr.resize(pixels / 4);
  const auto width = static_cast<std::size_t>(picture.width);
  PictureTarget target;
  target.planes[0] = {picture.luma.data(), width};
  target.planes[1] = {picture.cb.data(), width / 2};
  target.planes[2] = {picture.cr.data(), width / 2};
  target.colour = {matrix, range, 8};
  if (how == Drawing::passed)
    engine.pass(target);
  else
    engine.draw(target);
  return picture;
}

inline void pass(Engine& engine) {
  draw(engine, ColourMatrix::bt709, ColourRange::limited, Drawing::passed);
}

}  // namespace lifereel
