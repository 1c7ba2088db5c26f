// SPDX-License-Identifier: GPL-2.0-or-later
// How a universe is drawn: its light, colours and the stages that light goes through.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "language.h"

namespace [[gnu::visibility("default")]] lifereel {

/// How light becomes a picture.
enum class ToneCurve {
  /// The published script's gray: a logarithm, with each frame's brightest pixel as white. None of
  /// the other settings apply.
  published,
  log,     ///< colour; a logarithm: faint trails stay visible beside bright cores
  filmic,  ///< colour; a film's curve (Narkowicz's fit of ACES): deep blacks, white cores
};

/// What a particle's colour stands for.
enum class ColourBy {
  species,  ///< a colour of the palette each
  speed,    ///< the palette from its first colour (at rest) to its last
  density,  ///< likewise, by the light that is where the particle is
  age,      ///< as species, and the hue drifts while the trail fades
};

/// sRGB, 8 bits a channel: 0xRRGGBB.
using Rgb = std::uint32_t;

inline constexpr int most_bloom_radius = 8;

/// Everything that a picture depends on, beside the universe. Equal settings mean equal pictures on
/// every engine.
struct LookSettings {
  ToneCurve tone = ToneCurve::published;
  ColourBy colour_by = ColourBy::species;
  /// What palette_colours() takes.
  std::string palette = "oklch";
  Rgb background = 0x000000;
  /// Stops (powers of two) that all light is multiplied by.
  float exposure = 0.0f;
  /// White is this multiple of a slow mean of the 99.8th percentile of the light.
  float white = 1.5f;
  int point_size = 5;     ///< diameter of a particle in pixels, odd, 3 to 13
  int streaks = 4;        ///< points along a particle's way in one step, 1 to 16
  float bloom = 0.0f;     ///< 0 to 4: how much of the light glows
  int bloom_radius = 5;   ///< 1 to most_bloom_radius: levels of the glow, each twice as wide
  float vignette = 0.0f;  ///< 0 to 1: how much darker the corners are
  float grain = 0.0f;     ///< 0 to 16: the grain's amplitude in levels of an 8-bit picture
  bool dither = true;     ///< blue noise of less than a level, against banding

  /// The light in characters: each cell of the picture has the one whose shape is most like it.
  bool glyphs = false;
  std::string glyph_set = "ascii";  ///< what glyph_characters() takes
  int glyph_cell = 0;               ///< pixels a cell is high, one of glyph_cells; 0: by the size
  /// 0 to 1: an edge fainter than 1 less this is no line of its own; 0: none is.
  float glyph_edges = 0.0f;
  float glyph_floor = 0.08f;  ///< 0 to 1: cells darker than this part of white stay empty

  /// A tube's glass, each 0 to 1: how dark it is between its lines, how dark between its stripes,
  /// and how far it bulges.
  float scanlines = 0.0f, mask = 0.0f, barrel = 0.0f;

  bool has_tube() const noexcept { return scanlines > 0 || mask > 0 || barrel > 0; }
  bool draws_colour() const noexcept { return tone != ToneCurve::published; }
  bool operator==(const LookSettings&) const = default;
};

/// Throws std::invalid_argument with one sentence unless a look can be drawn in this size.
void validate(const LookSettings& look, int width, int height);

/// The colours of a palette: its name, or colours as RRGGBB with blanks or commas between, of which
/// too few are repeated. `ramp`: `count` steps along it instead. Throws std::invalid_argument with
/// one sentence.
///
///   oklch         hues of equal lightness and chroma, as many as are needed
///   oklch-vivid   the same, darker and more colourful
///   okabe-ito     seven that colour-blind people tell apart
///   viridis, magma, inferno   matplotlib's ramps
///   batlow, hawaii, lajolla, lipari, oslo, roma, vik   Crameri's
std::vector<Rgb> palette_colours(const std::string& palette, int count, bool ramp = false);

/// The names that palette_colours() takes.
const std::vector<std::string>& palette_names();

/// Heights of a cell in pixels; it is half as wide.
inline constexpr std::array<int, 4> glyph_cells{16, 24, 32, 64};

/// The characters of a glyph set, a blank first, each once: its name, or characters in UTF-8, of
/// which there may be 2 to 256 beside the blank: ASCII, Latin-1, half-width katakana (full-width
/// ones stand for these), block elements and braille. Throws std::invalid_argument with one
/// sentence, which names characters that no font here has.
///
///   ascii      what a terminal prints
///   blocks     quarters of a cell, whole cells, and shades
///   braille    eight dots, all 256 patterns
///   katakana   half-width, and digits
std::vector<char32_t> glyph_characters(const std::string& set);

/// The names that glyph_characters() takes.
const std::vector<std::string>& glyph_set_names();

}  // namespace lifereel
