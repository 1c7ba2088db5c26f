// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pictures/contact_sheet.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "src/pictures/planes.h"
#include "src/pictures/still.h"

namespace lifereel {
namespace {

constexpr int widest_tile = 320;
constexpr int gap = 8;
constexpr std::uint8_t paper = 48, ink = 255, label_paper = 0;

/// 0 to 9 and the colon, five rows of three pixels, the highest bit first.
constexpr std::array<std::uint16_t, 11> glyphs = {
    0b111'101'101'101'111, 0b010'110'010'010'111, 0b111'001'111'100'111, 0b111'001'111'001'111,
    0b101'101'111'001'001, 0b111'100'111'001'111, 0b111'100'111'101'111, 0b111'001'001'010'010,
    0b111'101'111'101'111, 0b111'101'111'001'111, 0b000'010'000'010'000};
constexpr int glyph_columns = 3, glyph_rows = 5, glyph_scale = 2;
constexpr int glyph_width = (glyph_columns + 1) * glyph_scale;
constexpr int label_height = (glyph_rows + 2) * glyph_scale;

}  // namespace

ContactSheet::ContactSheet(int tiles, int width, int height, double pixel_aspect)
    : tiles_(tiles),
      columns_(static_cast<int>(std::ceil(std::sqrt(tiles)))),
      tile_width_(std::min(widest_tile, width)) {
  const double shape = height / (width * pixel_aspect);
  tile_height_ = static_cast<int>(std::clamp(std::round(tile_width_ * shape), 1.0, 4096.0));
  const int rows = (tiles_ + columns_ - 1) / columns_;
  width_ = columns_ * (tile_width_ + gap) + gap;
  height_ = rows * (tile_height_ + gap) + gap;
  rgb_.assign(3 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_), paper);
}

void ContactSheet::add(const PictureView& picture, const std::string& time_code) {
  if (added_ == tiles_) return;
  const int left = gap + added_ % columns_ * (tile_width_ + gap);
  const int top = gap + added_ / columns_ * (tile_height_ + gap);
  ++added_;
  std::vector<std::uint8_t> planes[3];
  PictureView tile = picture;
  for (int plane = 0; plane < picture.plane_count; ++plane) {
    planes[plane] = scaled(picture.planes[plane], tile_width_, tile_height_);
    const int bit_depth = picture.planes[plane].bit_depth;
    tile.planes[plane] = {planes[plane].data(), tile_width_ * sample_bytes(bit_depth), tile_width_,
                          tile_height_, bit_depth};
  }
  paint(left, top, to_still(tile));
  label(left, top + tile_height_ - label_height, time_code);
}

void ContactSheet::paint(int left, int top, const Still& tile) {
  has_colour_ = has_colour_ || tile.channels == 3;
  const std::uint8_t* from = tile.samples.data();
  for (int y = 0; y < tile.height; ++y) {
    std::uint8_t* to = rgb_.data() + 3 * (static_cast<std::size_t>(top + y) * width_ + left);
    for (int x = 0; x < tile.width; ++x, from += tile.channels)
      for (int channel = 0; channel < 3; ++channel) *to++ = from[tile.channels == 3 ? channel : 0];
  }
}

void ContactSheet::label(int left, int top, const std::string& text) {
  const int label_width = static_cast<int>(text.size()) * glyph_width + glyph_scale;
  if (label_width > tile_width_ || label_height > tile_height_) return;
  for (int y = 0; y < label_height; ++y)
    for (int x = 0; x < label_width; ++x) {
      const int column = x / glyph_scale - 1, row = y / glyph_scale - 1;
      std::uint8_t level = label_paper;
      if (column >= 0 && row >= 0 && row < glyph_rows) {
        const char letter = text[static_cast<std::size_t>(column / (glyph_columns + 1))];
        const std::size_t glyph = letter == ':' ? 10 : static_cast<std::size_t>(letter - '0') % 10;
        const int in_glyph = column % (glyph_columns + 1);
        const int bit = glyph_columns * glyph_rows - 1 - row * glyph_columns - in_glyph;
        if (in_glyph < glyph_columns && (glyphs[glyph] >> bit & 1) != 0) level = ink;
      }
      std::fill_n(rgb_.begin() + 3 * (static_cast<std::ptrdiff_t>(top + y) * width_ + left + x), 3,
                  level);
    }
}

void ContactSheet::write(const std::string& path) const {
  Still sheet{width_, height_, has_colour_ ? 3 : 1, {}};
  if (has_colour_)
    sheet.samples = rgb_;
  else
    for (std::size_t i = 0; i < rgb_.size(); i += 3) sheet.samples.push_back(rgb_[i]);
  write_png(path, sheet);
}

}  // namespace lifereel
