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

/// Frames of which products are added up in 64 bits: all that a film has.
LIFEREEL_ARITHMETIC std::uint64_t time_of(std::uint64_t frame) { return frame & 0xfff'ffff'ffff; }

/// A layer's tape in a column at a frame.
struct Tape {
  std::uint64_t of_column;
  std::uint64_t part;  ///< parts' length, at least two thirds of the picture's
  /// Its place where the picture ends, in 1/65536 of a cell: greater upwards, for it is drawn down.
  std::uint64_t place;
};

LIFEREEL_ARITHMETIC Tape tape_of(const Rain& rain, std::int32_t layer, std::int32_t column,
                                 std::uint64_t frame) {
  constexpr std::int64_t slowest[layers] = {14000, 8000, 4500};  // of a cell of 65536, a frame
  const std::uint64_t of_column =
      mixed_bits(rain.seed * layers, static_cast<std::uint64_t>(column * layers + layer));
  const auto speed = static_cast<std::uint64_t>(slowest[layer]) +
                     (static_cast<std::uint64_t>(slowest[layer]) * (of_column & 1023) >> 9);
  const auto rows = static_cast<std::uint64_t>(rain.rows);
  const std::uint64_t part = rows * 2 / 3 + 8 + (rows * (of_column >> 10 & 255) >> 8);
  return {of_column, part, time_of(frame) * speed + (of_column >> 16 & 0xfffffff)};
}

/// The stream in a part of a tape: where its head is, in cells from the part's lower end, and how
/// long it is. A gap has a length that nothing lies within.
struct Stream {
  float head, length;
};

LIFEREEL_ARITHMETIC Stream stream_of(const Tape& tape, std::uint64_t number) {
  const std::uint64_t of_part = mixed_bits(tape.of_column + number);
  if ((of_part & 7) == 0) return {0.0f, -2.0f};
  const float size = static_cast<float>(static_cast<std::int32_t>(tape.part));
  const float length = size * between(0.35f, 0.85f, part_of_one(of_part, 8));
  return {1.0f + (size - 1.0f - length) * part_of_one(of_part, 24), length};
}

/// A cell that lies `within` so many 1/65536 of a part.
LIFEREEL_ARITHMETIC Lit lit_by(const Stream& stream, std::int32_t layer, std::int32_t within) {
  const float distance = static_cast<float>(within) * 0x1p-16f - stream.head;
  if (distance < -1.0f || distance > stream.length) return {0.0f, 0.0f};
  return lit(layer, distance, stream.length);
}

/// The streams of a layer at a cell.
LIFEREEL_ARITHMETIC Lit layer_at(const Rain& rain, std::int32_t layer, std::int32_t column,
                                 std::int32_t row, std::uint64_t frame) {
  const Tape tape = tape_of(rain, layer, column, frame);
  const std::uint64_t place = tape.place + (static_cast<std::uint64_t>(rain.rows - row) << 16);
  const std::uint64_t number = (place >> 16) / tape.part;
  return lit_by(stream_of(tape, number), layer,
                static_cast<std::int32_t>(place - ((number * tape.part) << 16)));
}

/// What a cell shows that a layer lights.
LIFEREEL_ARITHMETIC void add_layer(Lit& brightest, const Lit& lit) {
  if (lit.brightness > brightest.brightness) brightest = lit;
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

LIFEREEL_ARITHMETIC SceneCell cell_of(const Rain& rain, const Lit& brightest, std::int32_t column,
                                      std::int32_t row, std::uint64_t frame) {
  SceneCell cell{};
  cell.brightness = brightest.brightness;
  cell.colour = brightest.colour;
  if (cell.brightness > 0.0f) cell.glyph = glyph_at(rain, column, row, frame);
  return cell;
}

}  // namespace rain

LIFEREEL_ARITHMETIC SceneCell scene_cell(const Rain& rain, std::int32_t column, std::int32_t row,
                                         std::uint64_t frame) {
  rain::Lit brightest{0.0f, 0.0f};
  for (std::int32_t layer = 0; layer < rain::layers; ++layer)
    rain::add_layer(brightest, rain::layer_at(rain, layer, column, row, frame));
  return rain::cell_of(rain, brightest, column, row, frame);
}

LIFEREEL_ARITHMETIC std::int32_t scene_sparks(const Rain&) { return 0; }
LIFEREEL_ARITHMETIC SceneSpark scene_spark(const Rain&, std::int32_t, std::uint64_t) { return {}; }

}  // namespace lifereel
