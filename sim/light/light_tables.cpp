// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/light/light_tables.h"

#include <algorithm>

namespace lifereel {
namespace {

constexpr int ramp_bins = 64;

arithmetic::ToneConstants curve(const LookSettings&) {
  arithmetic::ToneConstants tone{};
  tone.log_gain = 60.0f;
  tone.inverse_log_white = 1.0f / arithmetic::log2_from_one(1.0f + tone.log_gain);
  return tone;
}

float tone_of(float light, const LookSettings& look, const arithmetic::ToneConstants& tone) {
  return look.tone == Tone::filmic ? arithmetic::filmic_tone(light, tone)
                                   : arithmetic::log_tone(light, tone);
}

/// A colour's light in the shape of Note: [Light], of full luma 1. A display's curve is taken as 2,
/// which integers undo exactly and which keeps colours vivid under a tone curve.
std::array<double, 3> light_of(Rgb colour, LumaCoefficients k) {
  double channel[3];
  for (int c = 0; c < 3; ++c) {
    const double code = static_cast<double>(colour >> (16 - 8 * c) & 255);
    channel[c] = code * code / (255.0 * 255.0);
  }
  const double luma = k.red * channel[0] + (1 - k.red - k.blue) * channel[1] + k.blue * channel[2];
  return {luma, (channel[2] - luma) / (2 * (1 - k.blue)), (channel[0] - luma) / (2 * (1 - k.red))};
}

/// The light that a tone curve shows as the background: found by halving, for curves rise.
std::array<float, 3> background_light(const LookSettings& look, LumaCoefficients k) {
  double channel[3];
  for (int c = 0; c < 3; ++c)
    channel[c] = static_cast<double>(look.background >> (16 - 8 * c) & 255) / 255.0;
  const double luma = k.red * channel[0] + (1 - k.red - k.blue) * channel[1] + k.blue * channel[2];
  if (luma <= 0) return {0.0f, 0.0f, 0.0f};
  const auto shown = static_cast<float>(luma);
  const arithmetic::ToneConstants tone = curve(look);
  float low = 0.0f, high = 1.0f;
  for (int i = 0; i < 40; ++i) {
    const float light = (low + high) * 0.5f;
    (tone_of(light, look, tone) < shown ? low : high) = light;
  }
  const double ratio = high / luma;
  return {high, static_cast<float>((channel[2] - luma) / (2 * (1 - k.blue)) * ratio),
          static_cast<float>((channel[0] - luma) / (2 * (1 - k.red)) * ratio)};
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

std::vector<Rgb> colours_of(const UniverseSettings& universe) {
  const LookSettings& look = universe.look;
  const int bins = colour_bins(universe);
  const bool ramp = bins == ramp_bins;
  const std::vector<Rgb> stops =
      look.palette.empty() ? palette_colours("oklch", ramp ? 6 : bins) : look.palette;
  std::vector<Rgb> colours;
  const int spans = static_cast<int>(stops.size()) - 1;
  for (int bin = 0; bin < bins; ++bin) {
    if (!ramp || spans == 0) {
      colours.push_back(stops[static_cast<std::size_t>(bin) % stops.size()]);
      continue;
    }
    const int at = bin * spans / (bins - 1), part = bin * spans % (bins - 1);
    const Rgb from = stops[static_cast<std::size_t>(at)];
    const Rgb to = stops[static_cast<std::size_t>(std::min(at + 1, spans))];
    Rgb mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      const int a = static_cast<int>(from >> shift & 255), b = static_cast<int>(to >> shift & 255);
      mixed |= static_cast<Rgb>((a * (bins - 1 - part) + b * part) / (bins - 1)) << shift;
    }
    colours.push_back(mixed);
  }
  return colours;
}

// So that every particle in one pixel, with all of its streak, stays within 32 bits.
std::int32_t colour_weight(const UniverseSettings& universe) {
  const std::int64_t points = std::int64_t{universe.particles} * universe.look.streaks;
  const std::int64_t fits = 0x7fffffff / (points * arithmetic::centre_weight);
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(fits, 1, arithmetic::most_colour_weight));
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
  const ColourBy by = universe.look.colour_by;
  return by == ColourBy::speed || by == ColourBy::density ? ramp_bins : universe.species;
}

LightTables make_light_tables(const UniverseSettings& universe, ColourMatrix matrix) {
  const LumaCoefficients k = luma_coefficients(matrix);
  LightTables tables;
  tables.radius = universe.look.point_size / 2;
  tables.row = tables.radius <= 2 ? 8 : 16;
  tables.bins = colour_bins(universe);
  tables.colour_weight = colour_weight(universe);
  tables.luma.assign(static_cast<std::size_t>(tables.bins * tables.luma_bin_stride()), 0);
  tables.chroma.assign(static_cast<std::size_t>(tables.bins * tables.chroma_bin_stride()), 0);
  const std::vector<Rgb> colours = colours_of(universe);
  for (int bin = 0; bin < tables.bins; ++bin) {
    const auto light = light_of(colours[static_cast<std::size_t>(bin)], k);
    const std::int32_t luma = std::max(rounded(light[0] * tables.colour_weight), 1);
    for (int dy = 0; dy <= tables.radius; ++dy)
      for (int dx = -tables.radius; dx <= tables.radius; ++dx)
        tables.luma[static_cast<std::size_t>(bin * tables.luma_bin_stride() + dy * tables.row + dx +
                                             tables.radius)] =
            luma * point_weight(tables.radius, dy, dx);
    fill_chroma(tables, bin, rounded(light[1] * tables.colour_weight),
                rounded(light[2] * tables.colour_weight));
  }
  tables.point_light =
      static_cast<float>(arithmetic::centre_weight * tables.colour_weight * universe.look.streaks);
  tables.matrix.red_from_cr = static_cast<float>(2 * (1 - k.red));
  tables.matrix.blue_from_cb = static_cast<float>(2 * (1 - k.blue));
  const double green = 1 - k.red - k.blue;
  tables.matrix.green_from_cb = static_cast<float>(-2 * (1 - k.blue) * k.blue / green);
  tables.matrix.green_from_cr = static_cast<float>(-2 * (1 - k.red) * k.red / green);
  tables.background = background_light(universe.look, k);
  return tables;
}

std::int32_t next_white(const std::uint32_t* histogram, std::int64_t cells, std::int32_t white_bits,
                        const LightTables& tables) {
  constexpr std::uint64_t brightest_part = 500;  // 1 / 500 of the picture is brighter
  constexpr std::int32_t frames_to_follow = 64;
  const std::uint64_t rank =
      std::max<std::uint64_t>(static_cast<std::uint64_t>(cells) / brightest_part, 1);
  // No darker than a few points at rest: what an almost empty world is lit by.
  const std::int32_t darkest = arithmetic::to_bits(tables.point_light * 8.0f);
  std::int32_t target = darkest;
  std::uint64_t above = 0;
  for (int bin = exposure_bins - 1; bin >= 0; --bin) {
    if (histogram[bin] == 0) continue;
    if (above + histogram[bin] < rank) {
      above += histogram[bin];
      continue;
    }
    const std::uint64_t part = ((rank - above) << 19) / histogram[bin];
    target = ((bin + 1 + (127 << 4)) << 19) - static_cast<std::int32_t>(part);
    break;
  }
  target = std::max(target, darkest);
  if (white_bits == 0) return target;
  return white_bits + (target - white_bits) / frames_to_follow;
}

arithmetic::ToneConstants tone_constants(const UniverseSettings& universe,
                                         const LightTables& tables, std::int32_t white_bits,
                                         int bloom_levels) {
  const LookSettings& look = universe.look;
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
  arithmetic::ToneConstants tone = curve(look);
  // White is the sum of 4x4 pixels; a base sample of the bloom is, too.
  const float of_sums = gain / (arithmetic::from_bits(white_bits) * look.white);
  tone.exposure = of_sums * 16.0f;
  tone.bloom = of_sums * look.bloom * 3.0f / static_cast<float>(std::max(bloom_levels, 1));
  for (std::size_t c = 0; c < 3; ++c) tone.background[c] = tables.background[c];
  return tone;
}

}  // namespace lifereel
