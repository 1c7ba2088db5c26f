// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/look.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>

namespace lifereel {
namespace {

template <class T>
void check_range(const char* key, T value, T from, T to) {
  if (value >= from && value <= to) return;  // NaN is out of range too
  std::ostringstream sentence;
  sentence << key << ' ' << value << " is out of range: " << from << " to " << to;
  throw std::invalid_argument(sentence.str());
}

/// Points are smaller, so that none meets itself on the other side.
constexpr int smallest_colour_picture = 32;

/// Three pixels or more for each of a tube's lines, which are not to be few.
constexpr int fewest_tube_lines = 480;
constexpr int smallest_bulging_picture = 64;

void validate_characters(const LookSettings& look, int width, int height) {
  check_range("glyph-edges", look.glyph_edges, 0.0f, 1.0f);
  check_range("glyph-floor", look.glyph_floor, 0.0f, 1.0f);
  glyph_characters(look.glyph_set);
  const int cell = look.glyph_cell;
  if (cell == 0) return;
  if (std::find(glyph_cells.begin(), glyph_cells.end(), cell) == glyph_cells.end())
    throw std::invalid_argument("glyph-cell " + std::to_string(cell) +
                                " is none of the heights that there are: take 16, 24, 32 or 64, "
                                "or set glyph-cell = auto");
  if (look.glyphs && (cell > height || cell / 2 > width))
    throw std::invalid_argument("a glyph-cell of " + std::to_string(cell / 2) + 'x' +
                                std::to_string(cell) + " pixels is larger than the picture of " +
                                std::to_string(width) + 'x' + std::to_string(height) +
                                "; make the film larger, or set glyph-cell = auto");
}

void validate_tube(const LookSettings& look, int width, int height) {
  const std::string lines = " a picture of at least " + std::to_string(fewest_tube_lines) +
                            " lines, not " + std::to_string(height) +
                            "; make the film larger, or set ";
  check_range("scanlines", look.scanlines, 0.0f, 1.0f);
  check_range("mask", look.mask, 0.0f, 1.0f);
  check_range("barrel", look.barrel, 0.0f, 1.0f);
  if (look.scanlines > 0 && height < fewest_tube_lines)
    throw std::invalid_argument("scanlines need" + lines + "scanlines = 0");
  if (look.mask > 0 && height < fewest_tube_lines)
    throw std::invalid_argument("mask needs" + lines + "mask = 0");
  constexpr int least = smallest_bulging_picture;
  if (look.barrel > 0 && (width < least || height < least))
    throw std::invalid_argument("barrel needs a picture of at least " + std::to_string(least) +
                                'x' + std::to_string(least) + " pixels, not " +
                                std::to_string(width) + 'x' + std::to_string(height) +
                                "; make the film larger, or set barrel = 0");
}

}  // namespace

void validate(const LookSettings& look, int width, int height) {
  if (!look.draws_colour()) {
    if (look == LookSettings()) return;
    if (look.glyphs)
      throw std::invalid_argument(
          "characters are of looks in colour, and tone is published; set look = glyphs or another, "
          "or glyphs = no");
    throw std::invalid_argument(
        "bloom, palette and the like are of looks in colour, and tone is published; choose a look "
        "such as aurora, or leave them out");
  }
  if (width % 2 != 0 || height % 2 != 0)
    throw std::invalid_argument("a picture in colour needs an even width and height, not " +
                                std::to_string(width) + 'x' + std::to_string(height) +
                                "; change the size, or take the look published");
  if (width < smallest_colour_picture || height < smallest_colour_picture)
    throw std::invalid_argument("a picture in colour has at least " +
                                std::to_string(smallest_colour_picture) +
                                " pixels each way; change the size, or take the look published");
  check_range("exposure", look.exposure, -16.0f, 16.0f);
  check_range("white", look.white, 0.01f, 100.0f);
  check_range("point-size", look.point_size, 3, 13);
  if (look.point_size % 2 == 0)
    throw std::invalid_argument("point-size " + std::to_string(look.point_size) +
                                " is even; take an odd number of pixels");
  check_range("streaks", look.streaks, 1, 16);
  check_range("bloom", look.bloom, 0.0f, 4.0f);
  check_range("bloom-radius", look.bloom_radius, 1, most_bloom_radius);
  check_range("vignette", look.vignette, 0.0f, 1.0f);
  check_range("grain", look.grain, 0.0f, 16.0f);
  palette_colours(look.palette, 1);
  if (look.background > 0xffffff) throw std::invalid_argument("background is not a colour RRGGBB");
  validate_characters(look, width, height);
  validate_tube(look, width, height);
}

}  // namespace lifereel
