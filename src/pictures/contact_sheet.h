// SPDX-License-Identifier: GPL-2.0-or-later
// Stills of a film, side by side. Private to src/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "encoders/picture.h"
#include "encoders/png.h"

namespace lifereel {

class ContactSheet {
 public:
  /// `tiles` in rows as long as the sheet has columns, for pictures of this size in pixels and this
  /// width over height of one pixel.
  ContactSheet(int tiles, int width, int height, double pixel_aspect);

  /// The next still, with its time code (digits and colons) in the corner; more than there are
  /// tiles for are left out.
  void add(const PictureView& picture, const std::string& time_code);

  int width() const noexcept { return width_; }
  int height() const noexcept { return height_; }
  /// As PNG, gray unless some still has colour. Throws std::runtime_error.
  void write(const std::string& path) const;

 private:
  void paint(int left, int top, const Still& tile);
  void label(int left, int top, const std::string& text);

  int tiles_, columns_;
  int tile_width_, tile_height_;
  int width_, height_;
  int added_ = 0;
  bool has_colour_ = false;
  std::vector<std::uint8_t> rgb_;
};

}  // namespace lifereel
