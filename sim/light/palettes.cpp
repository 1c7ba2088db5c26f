// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "sim/look.h"

namespace lifereel {
namespace {

// Okabe and Ito (2008), told apart by colour-blind people; without black, the dark blue lifted.
constexpr std::array<Rgb, 7> okabe_ito = {0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442,
                                          0x2a86c4, 0xd55e00, 0xcc79a7};
// Every 32nd colour of matplotlib's maps (CC0).
constexpr std::array<Rgb, 9> viridis = {0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c,
                                        0x28ae80, 0x5ec962, 0xaddc30, 0xfde725};
constexpr std::array<Rgb, 9> magma = {0x000004, 0x1d1147, 0x51127c, 0x832681, 0xb73779,
                                      0xe75263, 0xfc8961, 0xfec488, 0xfcfdbf};
constexpr std::array<Rgb, 9> inferno = {0x000004, 0x210c4a, 0x57106e, 0x8a226a, 0xbc3754,
                                        0xe45a31, 0xf98e09, 0xf9cb35, 0xfcffa4};

struct NamedRamp {
  const char* name;
  std::array<Rgb, 17> stops;
};
constexpr NamedRamp crameri[] = {
#include "sim/light/crameri.inc"
};

constexpr Rgb oklch[2][360] = {
#include "sim/light/oklch_hues.inc"
};

// Colours at even distances along a ramp.
std::vector<Rgb> along(const std::vector<Rgb>& stops, int count) {
  std::vector<Rgb> result;
  const int span = static_cast<int>(stops.size()) - 1, steps = count > 1 ? count - 1 : 1;
  for (int i = 0; i < count; ++i) {
    const int at = i * span / steps, part = i * span % steps;
    const Rgb from = stops[static_cast<std::size_t>(at)];
    const Rgb to = stops[static_cast<std::size_t>(at < span ? at + 1 : at)];
    Rgb mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      const int a = static_cast<int>(from >> shift & 255), b = static_cast<int>(to >> shift & 255);
      mixed |= static_cast<Rgb>((a * (steps - part) + b * part + steps / 2) / steps) << shift;
    }
    result.push_back(mixed);
  }
  return result;
}

std::vector<Rgb> hues(int table, int first_degrees, int count) {
  std::vector<Rgb> result;
  for (int i = 0; i < count; ++i)
    result.push_back(oklch[table][(first_degrees + i * 360 / count) % 360]);
  return result;
}

[[noreturn]] void refuse_palette(const std::string& palette) {
  std::string sentence = "palette '" + palette + "' is neither colours as RRGGBB nor one of";
  for (const std::string& known : palette_names()) sentence += ' ' + known;
  throw std::invalid_argument(sentence);
}

// RRGGBB, with or without # before, blanks or commas between.
std::vector<Rgb> parse_colours(const std::string& palette) {
  constexpr std::size_t most_colours = 64;
  std::vector<Rgb> colours;
  std::size_t at = 0;
  while ((at = palette.find_first_not_of(" ,\t#", at)) != std::string::npos) {
    const std::size_t end = std::min(palette.find_first_of(" ,\t#", at), palette.size());
    Rgb colour = 0;
    const auto [rest, error] =
        std::from_chars(palette.data() + at, palette.data() + end, colour, 16);
    if (error != std::errc{} || rest != palette.data() + end || end - at != 6)
      refuse_palette(palette);
    colours.push_back(colour);
    at = end;
  }
  if (colours.empty()) refuse_palette(palette);
  if (colours.size() > most_colours)
    throw std::invalid_argument("palette has " + std::to_string(colours.size()) +
                                " colours; give at most " + std::to_string(most_colours));
  return colours;
}

}  // namespace

const std::vector<std::string>& palette_names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names = {"oklch",   "oklch-vivid", "okabe-ito",
                                      "viridis", "magma",       "inferno"};
    for (const NamedRamp& ramp : crameri) names.push_back(ramp.name);
    return names;
  }();
  return all;
}

std::vector<Rgb> palette_colours(const std::string& palette, int count, bool ramp) {
  constexpr int hues_of_a_ramp = 6;
  const auto all = [&](const auto& colours) {
    return along({colours.begin(), colours.end()}, count);
  };
  if (palette == "viridis") return all(viridis);
  if (palette == "magma") return all(magma);
  if (palette == "inferno") return all(inferno);
  for (const NamedRamp& known : crameri)
    if (palette == known.name) return all(known.stops);
  std::vector<Rgb> colours;
  const int wanted = ramp ? hues_of_a_ramp : count;
  if (palette == "oklch")
    colours = hues(0, 20, wanted);
  else if (palette == "oklch-vivid")
    colours = hues(1, 10, wanted);
  else if (palette == "okabe-ito")
    colours.assign(okabe_ito.begin(), okabe_ito.end());
  else
    colours = parse_colours(palette);
  if (ramp) return along(colours, count);
  std::vector<Rgb> result;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    result.push_back(colours[i % colours.size()]);
  return result;
}

}  // namespace lifereel
