// SPDX-License-Identifier: GPL-2.0-or-later
// Fire: flames along the lower edge, and sparks above them. Begin here for a scene whose glyphs are
// chosen by shape (sim/scene.h).
//
// Heat is 1 at the bottom and less above, by the height that flames have there and then, and is
// pushed up and down by noise that rises; finer noise rises faster, so that tongues change as they
// go. Sparks are born anew from time to time, each for itself.
#pragma once

#include "sim/arithmetic/light.h"
#include "sim/scene.h"
#include "sim/scenes/noise.h"

namespace lifereel {

struct Fire {
  std::uint64_t seed;
  std::int32_t columns, rows;
  std::int32_t sparks;

  static constexpr bool gives_glyphs = false;
};

namespace fire {

/// Flames are gone at this multiple of their height.
inline constexpr float coolest = 1.5f;
/// A picture's height, in places of noise.
inline constexpr std::int64_t picture_height = 5 * noise_unit;

LIFEREEL_ARITHMETIC std::uint32_t seed_of(const Fire& fire, std::uint32_t kind) {
  return static_cast<std::uint32_t>(fire.seed) ^ static_cast<std::uint32_t>(fire.seed >> 32) ^
         kind * 0x9e3779b1u;
}
/// A region's width and height (cells are twice as high as wide), in places of noise. In small
/// pictures the noise is coarser, so that regions stay finer than it is (RegionNoise).
LIFEREEL_ARITHMETIC std::int64_t region_size(const Fire& fire) {
  return picture_height / (4 * (fire.rows > 24 ? fire.rows : 24));
}

/// Frames as noise takes them, of which many thousands are added up in 64 bits: all that a film
/// has.
LIFEREEL_ARITHMETIC std::int64_t time_of(std::uint64_t frame) {
  return static_cast<std::int64_t>(frame & 0xfff'ffff'ffff);
}

/// How high flames are at x, as a part of the picture's height.
LIFEREEL_ARITHMETIC float flame_height(const Fire& fire, std::int64_t x, std::uint64_t frame) {
  const std::int64_t time = time_of(frame) * 512;
  const float wide = value_noise(seed_of(fire, 1), x / 2, time);
  const float narrow = value_noise(seed_of(fire, 2), x * 3 / 2, time * 3);
  return 0.22f + wide * 0.34f + narrow * 0.2f;
}

/// How far flames are blown aside.
LIFEREEL_ARITHMETIC std::int64_t sway(const Fire& fire, std::int64_t x, std::int64_t up,
                                      float height_part, std::uint64_t frame) {
  const float blown = line_noise(seed_of(fire, 6), up + x * 5 / 8 - time_of(frame) * 2600);
  return arithmetic::truncate((blown - 0.5f) * clamped(height_part * 2.5f) * 26000.0f);
}

/// Adds noise at the regions of a cell: `x` and `up` are its first region's, `step_x` and `step_up`
/// from one to the next, at most a unit and a third of one. It is value_noise() of each, from
/// corners that regions share.
LIFEREEL_ARITHMETIC void add_noise(float* sums, std::uint32_t seed, std::int64_t x,
                                   std::int64_t step_x, std::int64_t up, std::int64_t step_up,
                                   float weight) {
  const std::int64_t row = (up - 3 * step_up) >> 16;
  const auto column = static_cast<std::uint32_t>(x >> 16);
  const bool right = static_cast<std::uint32_t>((x + step_x) >> 16) != column;
  const float across[2] = {smooth(part_of_unit(x)), smooth(part_of_unit(x + step_x))};
  // Of both columns of regions, at a line of the lattice. Three of them by name, for a GPU would
  // keep an array in memory of which only the run knows the place.
  struct Line {
    float at[2];
  };
  const auto line = [&](std::int64_t number) {
    const auto y = static_cast<std::uint32_t>(number);
    const float left = lattice_value(seed, column, y), middle = lattice_value(seed, column + 1, y);
    return Line{{between(left, middle, across[0]),
                 right ? between(middle, lattice_value(seed, column + 2, y), across[1])
                       : between(left, middle, across[1])}};
  };
  const Line first = line(row), second = line(row + 1);
  const Line third = (up >> 16) != row ? line(row + 2) : Line{};
  for (int i = 0; i < 4; ++i) {
    const std::int64_t y = up - i * step_up;
    const bool is_higher = (y >> 16) != row;
    const float down = smooth(part_of_unit(y));
    for (int j = 0; j < 2; ++j) {
      const float below = is_higher ? second.at[j] : first.at[j];
      const float above = is_higher ? third.at[j] : second.at[j];
      sums[2 * i + j] += (between(below, above, down) - 0.5f) * weight;
    }
  }
}

inline constexpr float fine_noise = 0.8f;

/// 0 to 1, at this part of the flames' height.
LIFEREEL_ARITHMETIC float heat(float part, float noise) {
  return clamped(1.0f - part - arithmetic::maximum(part - 1.0f, 0.0f) +
                 noise * (0.4f + 0.6f * clamped(part * 1.5f)));
}
/// Whether a cell whose lowest regions are there has no heat, however fine noise may be.
LIFEREEL_ARITHMETIC bool is_dark(const float* noise, float part) {
  float most = noise[0];
  for (int r = 1; r < 8; ++r) most = arithmetic::maximum(most, noise[r]);
  return part > 0.7f && !(heat(part, most + 0.5f * fine_noise) > 0.0f);
}

/// Where a spark is that began so long ago, of so many frames.
LIFEREEL_ARITHMETIC SceneSpark risen(const Fire& fire, std::uint64_t of_spark, std::int32_t age,
                                     std::int32_t life) {
  const float columns = static_cast<float>(fire.columns), rows = static_cast<float>(fire.rows);
  const float part = arithmetic::quotient(static_cast<float>(age), static_cast<float>(life));
  const float rises = between(0.25f, 0.95f, part_of_one(of_spark, 0)) * rows;
  const float slows = part * (2.0f - part);  // hot air loses its speed
  const std::int64_t swing = age * (900 + static_cast<std::int64_t>(of_spark >> 16 & 2047));
  const float sway = line_noise(static_cast<std::uint32_t>(of_spark >> 32), swing) - 0.5f;
  SceneSpark spark{};
  spark.column = part_of_one(of_spark, 24) * columns + sway * part * rows * 0.5f;
  spark.row = rows * between(0.98f, 0.6f, part_of_one(of_spark, 40)) - slows * rises;
  const float left = 1.0f - part;
  spark.brightness =
      left * left * smooth(clamped(part * 8.0f)) * between(0.25f, 1.0f, part_of_one(of_spark, 8));
  spark.colour = 0.25f + 0.6f * left;
  return spark;
}

}  // namespace fire

LIFEREEL_ARITHMETIC SceneCell scene_cell(const Fire& fire, std::int32_t column, std::int32_t row,
                                         std::uint64_t frame) {
  const std::int64_t region = fire::region_size(fire), x = region * 2 * column;
  const std::int64_t up = region * (4 * (fire.rows - row) - 1);  // of the upper regions
  // Flames' height is 1 of these, from region to region and where the cell ends.
  const float height = fire::flame_height(fire, x, frame);
  const float step = arithmetic::quotient(0.25f, height * static_cast<float>(fire.rows));
  const float top = static_cast<float>(4 * (fire.rows - row)) * step;
  SceneCell cell{};
  if (top - 4.0f * step > fire::coolest) return cell;
  const std::int64_t blown = x + fire::sway(fire, x, up, top * height, frame);
  const std::int64_t time = fire::time_of(frame);
  float noise[8] = {}, texture[8] = {};
  fire::add_noise(noise, fire::seed_of(fire, 3), blown * 2, region * 2, up - time * 3600, region,
                  1.2f);
  if (fire::is_dark(noise, top - 3.0f * step)) return cell;
  fire::add_noise(noise, fire::seed_of(fire, 4), blown * 5, region * 5, up * 2 - time * 9500,
                  region * 2, fire::fine_noise);
  fire::add_noise(texture, fire::seed_of(fire, 5), x * 11, region * 11, up * 5 - time * 26000,
                  region * 5, 0.7f);
  float hottest = 0.0f;
  for (int r = 0; r < 8; ++r) {
    const float heat = fire::heat(top - static_cast<float>(r / 2) * step, noise[r]);
    cell.shape[r] = heat * (0.65f + texture[r]);
    hottest = arithmetic::maximum(hottest, heat);
  }
  cell.brightness = hottest * hottest * 0.65f;
  cell.colour = hottest;
  return cell;
}

LIFEREEL_ARITHMETIC std::int32_t scene_sparks(const Fire& fire) { return fire.sparks; }
LIFEREEL_ARITHMETIC SceneSpark scene_spark(const Fire& fire, std::int32_t number,
                                           std::uint64_t frame) {
  const std::uint64_t of_number = mixed_bits(fire.seed, static_cast<std::uint64_t>(number));
  const std::uint64_t life = 50 + (of_number & 127);
  const std::uint64_t time = frame + (of_number >> 8 & 0xffff);
  return fire::risen(fire, mixed_bits(of_number + time / life),
                     static_cast<std::int32_t>(time % life), static_cast<std::int32_t>(life));
}

}  // namespace lifereel
