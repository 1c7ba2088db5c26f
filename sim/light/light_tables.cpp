// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/light/light_tables.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "sim/arithmetic/constants.h"

namespace lifereel {
namespace {

constexpr int ramp_bins = 64;

bool is_ramp(ColourBy by) { return by == ColourBy::speed || by == ColourBy::density; }

/// Without what changes from frame to frame.
arithmetic::ToneConstants tone_curve() {
  arithmetic::ToneConstants tone{};
  tone.inverse_log_white = 1.0f / arithmetic::log2_from_one(1.0f + arithmetic::log_white_gain);
  return tone;
}

float tone_of(float light, const LookSettings& look, const arithmetic::ToneConstants& tone) {
  return look.tone == ToneCurve::filmic ? arithmetic::filmic_tone(light, tone, 1.0f)
                                        : arithmetic::log_tone(light, tone, 1.0f);
}

/// White, as the look's curve takes light.
float white_gain(const LookSettings& look) {
  return look.tone == ToneCurve::filmic ? arithmetic::filmic_white_gain
                                        : arithmetic::log_white_gain;
}

/// Red, green and blue, 0 to 255, each mapped to 0 to 1 by `map`, in the shape of Note: [Light].
template <class Map>
std::array<double, 3> luma_and_opponents(Rgb colour, LumaCoefficients k, const Map& map) {
  const double red = map(colour >> 16 & 255), green = map(colour >> 8 & 255);
  const double blue = map(colour & 255);
  const double luma = k.red * red + (1 - k.red - k.blue) * green + k.blue * blue;
  return {luma, (blue - luma) / (2 * (1 - k.blue)), (red - luma) / (2 * (1 - k.red))};
}

/// A colour's light, of full luma 1. A display's curve is taken as 2, which integers undo exactly
/// and which keeps colours vivid under a tone curve.
std::array<double, 3> light_of(Rgb colour, LumaCoefficients k) {
  return luma_and_opponents(colour, k, [](Rgb level) {
    const double code = level;
    return code * code / (255.0 * 255.0);
  });
}

/// The light that a tone curve shows as the background: found by halving, for curves rise.
std::array<float, 3> background_light(const LookSettings& look, LumaCoefficients k) {
  const auto [luma, cb, cr] =
      luma_and_opponents(look.background, k, [](Rgb level) { return level / 255.0; });
  if (luma <= 0) return {0.0f, 0.0f, 0.0f};
  const auto shown = static_cast<float>(luma);
  const arithmetic::ToneConstants tone = tone_curve();
  float low = 0.0f, high = white_gain(look);
  if (tone_of(high, look, tone) < shown)
    high = 1024.0f;  // the filmic curve is slow to get to white
  for (int i = 0; i < 40; ++i) {
    const float light = (low + high) * 0.5f;
    (tone_of(light, look, tone) < shown ? low : high) = light;
  }
  const double ratio = high / luma;
  return {high, static_cast<float>(cb * ratio), static_cast<float>(cr * ratio)};
}

std::int32_t rounded(double x) {
  return x < 0 ? -static_cast<std::int32_t>(0.5 - x) : static_cast<std::int32_t>(x + 0.5);
}

/// The weight of a pixel of a point at this distance, the centre's being centre_weight: radius 2 is
/// the published splat, the others have its shape.
std::int32_t point_weight(int radius, int dy, int dx) {
  if (std::max(std::abs(dy), std::abs(dx)) > radius) return 0;
  constexpr std::int32_t published[3][3] = {{20, 17, 6}, {17, 12, 4}, {6, 4, 1}};
  if (radius == 2) return published[std::abs(dy)][std::abs(dx)];
  const int reach = (radius + 1) * (radius + 1), left = std::max(reach - (dy * dy + dx * dx), 0);
  return (arithmetic::centre_weight * left * left + reach * reach / 2) / (reach * reach);
}

/// So that every particle in one place, with all of its streak, stays within 32 bits.
std::int32_t colour_weight(const UniverseSettings& universe,
                           const std::vector<std::array<double, 3>>& lights) {
  const int radius = universe.look.point_size / 2;
  const int four_pixels =
      point_weight(radius, 0, 0) + 2 * point_weight(radius, 0, 1) + point_weight(radius, 1, 1);
  double heaviest = 0;  // of a weight of 1
  for (const auto& light : lights)
    heaviest = std::max({heaviest, light[0] * arithmetic::centre_weight,
                         std::abs(light[1]) * four_pixels, std::abs(light[2]) * four_pixels});
  // What rounding a colour may add.
  const double rounding = 0.5 * four_pixels;
  const double points = static_cast<double>(universe.particles) * points_a_frame(universe);
  const double fits = (0x7fffffff / points - rounding) / heaviest;
  return static_cast<std::int32_t>(std::clamp<double>(fits, 1, arithmetic::most_colour_weight));
}

void fill_chroma(LightTables& tables, int bin, std::int32_t cb, std::int32_t cr) {
  const int radius = tables.radius, reach = tables.block_radius();
  for (int odd = 0; odd < 2; ++odd) {
    for (int distance = 0; distance < tables.chroma_distances(); ++distance) {
      std::int32_t* const row = tables.chroma.data() + bin * tables.chroma_bin_stride() +
                                odd * tables.chroma_odd_stride() + distance * tables.row;
      for (int block = -reach; block <= reach; ++block) {
        std::int32_t weight = 0;
        for (int pixel = 0; pixel < 4; ++pixel)
          weight +=
              point_weight(radius, distance - radius - 1 + pixel / 2, 2 * block - odd + pixel % 2);
        row[2 * (block + reach)] = weight * cb;
        row[2 * (block + reach) + 1] = weight * cr;
      }
    }
  }
}

}  // namespace

int colour_bins(const UniverseSettings& universe) noexcept {
  return is_ramp(universe.look.colour_by) ? ramp_bins : universe.species;
}

std::vector<std::array<float, 3>> ramp_light(const LookSettings& look, int steps,
                                             ColourMatrix matrix) {
  const LumaCoefficients k = luma_coefficients(matrix);
  std::vector<std::array<float, 3>> lights;
  for (const Rgb colour : palette_colours(look.palette, steps, true)) {
    const std::array<double, 3> light = light_of(colour, k);
    lights.push_back(
        {static_cast<float>(light[0]), static_cast<float>(light[1]), static_cast<float>(light[2])});
  }
  return lights;
}

LightTables make_light_tables(const UniverseSettings& universe, ColourMatrix matrix) {
  const LumaCoefficients k = luma_coefficients(matrix);
  LightTables tables;
  tables.radius = universe.look.point_size / 2;
  tables.row = tables.radius <= 2 ? 8 : 16;
  tables.bins = colour_bins(universe);
  tables.luma.assign(static_cast<std::size_t>(tables.bins * tables.luma_bin_stride()), 0);
  tables.chroma.assign(static_cast<std::size_t>(tables.bins * tables.chroma_bin_stride()), 0);
  const std::vector<Rgb> colours_of_bins =
      palette_colours(universe.look.palette, tables.bins, is_ramp(universe.look.colour_by));
  std::vector<std::array<double, 3>> lights;
  for (const Rgb colour : colours_of_bins) lights.push_back(light_of(colour, k));
  tables.colour_weight = colour_weight(universe, lights);
  for (int bin = 0; bin < tables.bins; ++bin) {
    const auto& light = lights[static_cast<std::size_t>(bin)];
    const std::int32_t luma = std::max(rounded(light[0] * tables.colour_weight), 1);
    for (int dy = 0; dy <= tables.radius; ++dy)
      for (int dx = -tables.radius; dx <= tables.radius; ++dx)
        tables.luma[static_cast<std::size_t>(bin * tables.luma_bin_stride() + dy * tables.row + dx +
                                             tables.radius)] =
            luma * point_weight(tables.radius, dy, dx);
    fill_chroma(tables, bin, rounded(light[1] * tables.colour_weight),
                rounded(light[2] * tables.colour_weight));
  }
  tables.point_light = static_cast<float>(arithmetic::centre_weight * tables.colour_weight *
                                          points_a_frame(universe));
  tables.matrix.red_from_cr = static_cast<float>(2 * (1 - k.red));
  tables.matrix.blue_from_cb = static_cast<float>(2 * (1 - k.blue));
  const double green = 1 - k.red - k.blue;
  tables.matrix.green_from_cb = static_cast<float>(-2 * (1 - k.blue) * k.blue / green);
  tables.matrix.green_from_cr = static_cast<float>(-2 * (1 - k.red) * k.red / green);
  tables.background = background_light(universe.look, k);
  return tables;
}

ColourMatrix matrix_of_light(ColourMatrix wanted, ColourMatrix there) {
  const ColourMatrix matrix = wanted == ColourMatrix::none ? ColourMatrix::bt709 : wanted;
  if (there != ColourMatrix::none && !(luma_coefficients(matrix) == luma_coefficients(there)))
    throw std::invalid_argument("the colour matrix of pictures cannot change within a film");
  return matrix;
}

int bloom_levels(const UniverseSettings& universe) noexcept {
  if (!(universe.look.bloom > 0)) return 0;
  int smaller = std::min((universe.width + 3) / 4, (universe.height + 3) / 4), fit = 0;
  for (; fit < universe.look.bloom_radius && smaller >= 2; ++fit) smaller = (smaller + 1) / 2;
  return fit;
}

bool has_open_edges(const UniverseSettings& universe) noexcept {
  return universe.scene != Scene::particle_life || universe.look.barrel > 0;
}

Exposure make_exposure(const UniverseSettings& universe, const LightTables& tables) {
  const LookSettings& look = universe.look;
  Exposure exposure{};
  exposure.cells = std::int64_t{(universe.width + 3) / 4} * ((universe.height + 3) / 4);
  exposure.trail_decay = universe.trail_decay;
  exposure.point_light = tables.point_light;
  // 2^exposure, by the bits of its fraction: 2^(1/2), 2^(1/4) ...
  float stops = look.exposure, gain = 1.0f;
  for (; stops >= 1.0f; stops -= 1.0f) gain *= 2.0f;
  for (; stops < 0.0f; stops += 1.0f) gain *= 0.5f;
  float root = 2.0f;
  for (int bit = 0; bit < 20; ++bit) {
    root = arithmetic::square_root(root);
    stops *= 2.0f;
    if (stops >= 1.0f) {
      stops -= 1.0f;
      gain *= root;
    }
  }
  exposure.gain = gain * white_gain(look);
  exposure.white = look.white;
  exposure.bloom = look.bloom;
  exposure.bloom_levels = static_cast<float>(std::max(bloom_levels(universe), 1));
  exposure.curve = tone_curve();
  for (std::size_t c = 0; c < 3; ++c) exposure.curve.background[c] = tables.background[c];
  return exposure;
}

std::int32_t next_white(const Exposure& exposure, const std::uint32_t* histogram,
                        std::int32_t white_bits) noexcept {
  const std::uint64_t rank = brightest_cells(exposure.cells);
  std::int32_t percentile = 0;
  std::uint64_t above = 0, eights = 0;
  for (int bin = exposure_bins - 1; bin >= 0; --bin) {
    if (above < rank && above + histogram[bin] >= rank)
      percentile = light_within_bin(bin, rank - above, histogram[bin]);
    above += histogram[bin];
    eights += eights_of_bin(bin) * histogram[bin];
  }
  return next_white(exposure, percentile, eights, white_bits);
}

}  // namespace lifereel
