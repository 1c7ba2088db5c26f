// SPDX-License-Identifier: GPL-2.0-or-later
// How a universe is drawn: its light, colours and the stages that light goes through.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "language.h"

namespace [[gnu::visibility("default")]] lifereel {

/// How light becomes a picture.
enum class Tone {
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

/// Everything that a picture depends on, beside the universe. Equal settings mean equal pictures on
/// every engine.
struct LookSettings {
  Tone tone = Tone::published;
  ColourBy colour_by = ColourBy::species;
  /// Colours, or empty: as many as are needed, of equal lightness (OKLCH). Too few are repeated.
  std::vector<Rgb> palette;
  Rgb background = 0x000000;
  /// Stops (powers of two) that all light is multiplied by.
  float exposure = 0.0f;
  /// White is this multiple of a slow mean of the 99.8th percentile of the light.
  float white = 1.5f;
  int point_size = 5;     ///< diameter of a particle in pixels, odd, 3 to 13
  int streaks = 4;        ///< points along a particle's way in one frame, 1 to 16
  float bloom = 0.0f;     ///< 0 to 4: how much of the light glows
  int bloom_radius = 5;   ///< 1 to 8: levels of the glow, each twice as wide as the one before
  float vignette = 0.0f;  ///< 0 to 1: how much darker the corners are
  float grain = 0.0f;     ///< 0 to 16: the grain's amplitude in levels of an 8-bit picture
  bool dither = true;     ///< blue noise of less than a level, against banding

  bool draws_colour() const noexcept { return tone != Tone::published; }
  bool operator==(const LookSettings&) const = default;
};

/// Throws std::invalid_argument with one sentence unless a look can be drawn in this size.
void validate(const LookSettings& look, int width, int height);

/// A palette by name, `count` colours of it: oklch, oklch-vivid, okabe-ito, viridis, magma,
/// inferno. Throws std::invalid_argument naming those there are.
std::vector<Rgb> palette_colours(const std::string& name, int count);

/// The names that palette_colours() takes.
const std::vector<std::string>& palette_names();

}  // namespace lifereel
