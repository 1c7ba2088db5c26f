// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
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

constexpr Rgb oklch[2][360] = {
#include "sim/light/oklch_hues.inl"
};

// Colours at even distances along a ramp.
template <std::size_t stops>
std::vector<Rgb> ramp(const std::array<Rgb, stops>& colours, int count) {
  std::vector<Rgb> result;
  for (int i = 0; i < count; ++i) {
    const int span = static_cast<int>(stops) - 1, steps = count > 1 ? count - 1 : 1;
    const int at = i * span / steps, part = i * span % steps;
    const Rgb from = colours[static_cast<std::size_t>(at)];
    const Rgb to = colours[static_cast<std::size_t>(at < span ? at + 1 : at)];
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

}  // namespace

const std::vector<std::string>& palette_names() {
  static const std::vector<std::string> names = {"oklch",   "oklch-vivid", "okabe-ito",
                                                 "viridis", "magma",       "inferno"};
  return names;
}

std::vector<Rgb> palette_colours(const std::string& name, int count) {
  if (name == "oklch") return hues(0, 20, count);
  if (name == "oklch-vivid") return hues(1, 10, count);
  if (name == "okabe-ito") return {okabe_ito.begin(), okabe_ito.end()};
  if (name == "viridis") return ramp(viridis, count);
  if (name == "magma") return ramp(magma, count);
  if (name == "inferno") return ramp(inferno, count);
  std::string sentence = "palette " + name + " is unknown; there are";
  for (const std::string& known : palette_names()) sentence += ' ' + known;
  throw std::invalid_argument(sentence + ", or give colours as hexadecimal RRGGBB");
}

}  // namespace lifereel
