// SPDX-License-Identifier: GPL-2.0-or-later
// Sparks, sorted into cells: of those in one, the brightest shows. Each is a whole number, of which
// the greatest wins, in whatever order they come.
#pragma once

#include "sim/arithmetic/light.h"
#include "sim/scene.h"

namespace lifereel {

/// From the top: 24 bits of brightness (of 1/65536), 16 of colour, 16 of glyph, 8 of region; 0:
/// none.
using SparkBits = std::uint64_t;

/// What it lights of its region: small glyphs are more like it.
inline constexpr float spark_size = 0.5f;

/// Where in rows of so many columns a spark is; -1: outside.
LIFEREEL_ARITHMETIC std::int32_t cell_of_spark(const SceneSpark& spark, std::int32_t columns,
                                               std::int32_t rows) {
  const bool within = spark.column >= 0.0f && spark.column < static_cast<float>(columns) &&
                      spark.row >= 0.0f && spark.row < static_cast<float>(rows);
  if (!within) return -1;
  return arithmetic::truncate(spark.row) * columns + arithmetic::truncate(spark.column);
}

/// A number for any glyph that a scene gives: 0 to count - 1.
LIFEREEL_ARITHMETIC std::int32_t glyph_within(std::int32_t glyph, std::int32_t count) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(glyph) %
                                   static_cast<std::uint32_t>(count));
}

/// Of one that is within. `glyphs`: there are so many beside the blank.
LIFEREEL_ARITHMETIC SparkBits spark_bits(const SceneSpark& spark, std::int32_t glyphs) {
  using namespace arithmetic;
  constexpr float most = 0x1p24f - 1.0f;
  const auto brightness =
      static_cast<SparkBits>(truncate(minimum(maximum(spark.brightness * 0x1p16f, 0.0f), most)));
  const auto colour =
      static_cast<SparkBits>(truncate(minimum(maximum(spark.colour, 0.0f), 1.0f) * 65535.0f));
  const float across = spark.column - to_float(truncate(spark.column));
  const float down = spark.row - to_float(truncate(spark.row));
  const auto region = static_cast<SparkBits>(truncate(down * 4.0f) * 2 + truncate(across * 2.0f));
  return brightness << 40 | colour << 24 |
         static_cast<SparkBits>(glyph_within(spark.glyph, glyphs)) << 8 | region;
}

/// The cell as it is with its brightest spark.
LIFEREEL_ARITHMETIC void show_spark(SceneCell& cell, SparkBits bits, bool gives_glyphs) {
  const float brightness = arithmetic::to_float(static_cast<std::int32_t>(bits >> 40)) * 0x1p-16f;
  const auto number = static_cast<int>(bits & 7);
  // Not cell.shape[number]: for that a GPU would keep all of the shape in memory.
  float region = cell.shape[0];
  for (int r = 1; r < 8; ++r) region = r == number ? cell.shape[r] : region;
  if (!(brightness > (gives_glyphs ? 1.0f : region) * cell.brightness)) return;
  if (brightness >= cell.brightness) {
    const float dimmed = arithmetic::quotient(cell.brightness, brightness);
    for (float& other : cell.shape) other = other * dimmed;
    region = region * dimmed;
    cell.brightness = brightness;
    cell.colour =
        arithmetic::to_float(static_cast<std::int32_t>(bits >> 24 & 0xffff)) * (1.0f / 65535.0f);
    cell.glyph = static_cast<std::int32_t>(bits >> 8 & 0xffff);
  }
  region =
      arithmetic::maximum(region, arithmetic::quotient(brightness, cell.brightness) * spark_size);
  for (int r = 0; r < 8; ++r) cell.shape[r] = r == number ? region : cell.shape[r];
}

}  // namespace lifereel
