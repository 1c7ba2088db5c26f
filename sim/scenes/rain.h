// SPDX-License-Identifier: GPL-2.0-or-later
// Rain: characters that fall in columns, a bright head before a tail that fades. Begin here for a
// scene that gives its glyphs (sim/scene.h).
//
// A column has a stream of each layer. Think of it as an endless tape that is drawn down past the
// cells at an even speed and cut into parts as long as a picture or so: every part has one head, at
// a place of its own, and a tail above it. So what is where follows from the frame alone, and no
// two films of some length are alike. The characters hang still in their cells, which streams light
// up as they pass; now and then one changes.
#pragma once

#include "sim/arithmetic/light.h"
#include "sim/scene.h"
#include "sim/scenes/noise.h"

namespace lifereel {

struct Rain {
  std::uint64_t seed;
  std::int32_t columns, rows;

  static constexpr bool gives_glyphs = true;
};

namespace rain {

inline constexpr int layers = 3;  // from near to far: slower and dimmer

/// A cell as a layer's streams light it.
struct Lit {
  float brightness, colour;
};

/// Where a stream's tail is at `age` of it, from 0 (head) to 1 (its end), after the head's glow.
LIFEREEL_ARITHMETIC Lit lit(std::int32_t layer, float distance, float length) {
  constexpr float nearness[layers] = {1.0f, 0.22f, 0.06f};
  const float left = clamped(1.0f - arithmetic::quotient(distance, length));
  // A head comes into its cell within a cell's time, and cools for two more.
  const float comes = smooth(clamped(distance + 1.0f));
  const float head = clamped(1.0f - distance * 0.4f);
  const float tail = left * left * left * 0.55f + left * 0.012f;
  const float white = head * head * (layer == 0 ? 1.0f : 0.35f);
  return {nearness[layer] * comes * (tail + head * head * 0.9f),
          between(0.18f + left * 0.52f, 1.0f, white)};
}

/// The streams of a layer at a cell.
LIFEREEL_ARITHMETIC Lit layer_at(const Rain& rain, std::int32_t layer, std::int32_t column,
                                 std::int32_t row, std::uint64_t frame) {
  constexpr std::int64_t slowest[layers] = {14000, 8000, 4500};  // of a cell of 65536, a frame
  const std::uint64_t of_column =
      mixed_bits(rain.seed * layers, static_cast<std::uint64_t>(column * layers + layer));
  const auto speed = static_cast<std::uint64_t>(slowest[layer]) +
                     (static_cast<std::uint64_t>(slowest[layer]) * (of_column & 1023) >> 9);
  const auto rows = static_cast<std::uint64_t>(rain.rows);
  const std::uint64_t part = rows * 2 / 3 + 8 + (rows * (of_column >> 10 & 255) >> 8);
  // The tape's place at this cell, in 1/65536: greater upwards, for it is drawn down.
  const std::uint64_t place = frame * speed + (of_column >> 16 & 0xfffffff) +
                              ((rows - static_cast<std::uint64_t>(row)) << 16);
  const std::uint64_t number = (place >> 16) / part;
  const std::uint64_t of_part = mixed_bits(of_column + number);
  if ((of_part & 7) == 0) return {0.0f, 0.0f};  // a gap
  const float size = static_cast<float>(static_cast<std::int32_t>(part));
  const float length = size * between(0.35f, 0.85f, part_of_one(of_part, 8));
  const float head = 1.0f + (size - 1.0f - length) * part_of_one(of_part, 24);
  const auto within = static_cast<std::int32_t>(place - ((number * part) << 16));
  const float distance = static_cast<float>(within) * 0x1p-16f - head;
  if (distance < -1.0f || distance > length) return {0.0f, 0.0f};
  return lit(layer, distance, length);
}

/// Which glyph hangs in a cell. One cell of eight is restless.
LIFEREEL_ARITHMETIC std::int32_t glyph_at(const Rain& rain, std::int32_t column, std::int32_t row,
                                          std::uint64_t frame) {
  const std::uint64_t of_cell =
      mixed_bits(~rain.seed, static_cast<std::uint64_t>(row * rain.columns + column));
  const std::uint64_t time =
      (of_cell & 7) == 0 ? 8 + (of_cell >> 3 & 15) : 120 + (of_cell >> 3 & 511);
  return static_cast<std::int32_t>(mixed_bits(of_cell + (frame + (of_cell >> 12 & 1023)) / time) >>
                                   33);
}

}  // namespace rain

LIFEREEL_ARITHMETIC SceneCell scene_cell(const Rain& rain, std::int32_t column, std::int32_t row,
                                         std::uint64_t frame) {
  rain::Lit brightest{0.0f, 0.0f};
  for (std::int32_t layer = 0; layer < rain::layers; ++layer) {
    const rain::Lit lit = rain::layer_at(rain, layer, column, row, frame);
    if (lit.brightness > brightest.brightness) brightest = lit;
  }
  SceneCell cell{};
  cell.brightness = brightest.brightness;
  cell.colour = brightest.colour;
  if (cell.brightness > 0.0f) cell.glyph = rain::glyph_at(rain, column, row, frame);
  return cell;
}

LIFEREEL_ARITHMETIC std::int32_t scene_sparks(const Rain&) { return 0; }
LIFEREEL_ARITHMETIC SceneSpark scene_spark(const Rain&, std::int32_t, std::uint64_t) { return {}; }

}  // namespace lifereel
