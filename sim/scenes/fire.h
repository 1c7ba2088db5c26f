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
/// pictures the noise is coarser, so that regions stay finer than it is (add_noise()).
LIFEREEL_ARITHMETIC std::int64_t region_size(const Fire& fire) {
  return picture_height / (4 * (fire.rows > 24 ? fire.rows : 24));
}

/// Where a row's upper regions are, in places of noise from below.
LIFEREEL_ARITHMETIC std::int64_t height_of(const Fire& fire, std::int32_t row) {
  return region_size(fire) * (4 * (fire.rows - row) - 1);
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

/// How high flames are in a column of cells, as a part of the picture's height, and a region's
/// height as a part of theirs.
struct Flames {
  float height, step;
};
LIFEREEL_ARITHMETIC Flames flames_of(const Fire& fire, std::int32_t column, std::uint64_t frame) {
  const float height = flame_height(fire, region_size(fire) * 2 * column, frame);
  return {height, arithmetic::quotient(0.25f, height * static_cast<float>(fire.rows))};
}

/// A number for each region of a cell, by column of regions and from above.
struct Regions {
  float at[2][4];
};

/// Where the four rows of a cell's regions lie between the lines of a lattice, of which they meet
/// three at most.
struct Heights {
  std::uint32_t line;  ///< the first one
  bool reaches_third;
  std::int32_t
      is_higher[4];  ///< 1: beyond the second line. Masks as wide as floats choose fastest.
  float down[4];     ///< smoothly from the line before to the one behind
};
/// `up` is the upper regions' place, `step_up`, a third of a unit at most, from one to the next.
LIFEREEL_ARITHMETIC Heights heights_of(std::int64_t up, std::int64_t step_up) {
  const std::int64_t line = (up - 3 * step_up) >> 16;
  Heights heights{static_cast<std::uint32_t>(line), (up >> 16) != line, {}, {}};
  for (int i = 0; i < 4; ++i) {
    const std::int64_t y = up - i * step_up;
    heights.is_higher[i] = (y >> 16) != line ? 1 : 0;
    heights.down[i] = smooth(part_of_unit(y));
  }
  return heights;
}

/// The corners of a lattice's squares, counted from the first one of a square.
struct Corners {
  std::uint32_t seed, column, line;
};
LIFEREEL_ARITHMETIC void go_to(Corners& corners, std::uint32_t column, std::uint32_t line) {
  corners.column = column;
  corners.line = line;
}
LIFEREEL_ARITHMETIC float corner(const Corners& corners, std::uint32_t right, std::uint32_t lines) {
  return lattice_value(corners.seed, corners.column + right, corners.line + lines);
}

/// Noise of a row of cells. A Lattice is Corners, or another struct that begins with the same
/// members and has a go_to() and a corner().
template <class Lattice>
struct Noise {
  Lattice corners;
  Heights heights;
};
template <class Lattice>
struct RowNoise {
  Noise<Lattice> coarse, fine, texture;
};
template <class Lattice>
LIFEREEL_ARITHMETIC RowNoise<Lattice> noise_of(const Fire& fire, std::int32_t row,
                                               std::uint64_t frame) {
  const std::int64_t region = region_size(fire), time = time_of(frame), up = height_of(fire, row);
  return {{Lattice{seed_of(fire, 3), 0, 0}, heights_of(up - time * 3600, region)},
          {Lattice{seed_of(fire, 4), 0, 0}, heights_of(up * 2 - time * 9500, region * 2)},
          {Lattice{seed_of(fire, 5), 0, 0}, heights_of(up * 5 - time * 26000, region * 5)}};
}

/// Adds noise at the regions of a cell: `x` is its first region's, `step_x`, a unit at most, from
/// one to the next. It is value_noise() of each, from corners that regions share.
template <class Lattice>
LIFEREEL_ARITHMETIC void add_noise(Regions& sums, Noise<Lattice>& noise, std::int64_t x,
                                   std::int64_t step_x, float weight) {
  Lattice& corners = noise.corners;
  const auto column = static_cast<std::uint32_t>(x >> 16);
  const bool right = static_cast<std::uint32_t>((x + step_x) >> 16) != column;
  const float across[2] = {smooth(part_of_unit(x)), smooth(part_of_unit(x + step_x))};
  go_to(corners, column, noise.heights.line);
  // Of both columns of regions, at a line of the lattice. Three of them by name, for a GPU would
  // keep an array in memory of which only the run knows the place.
  struct Line {
    float at[2];
  };
  const auto line = [&](std::uint32_t number) {
    const float left = corner(corners, 0, number), middle = corner(corners, 1, number);
    return Line{{between(left, middle, across[0]),
                 right ? between(middle, corner(corners, 2, number), across[1])
                       : between(left, middle, across[1])}};
  };
  const Line first = line(0), second = line(1);
  const Line third = noise.heights.reaches_third ? line(2) : Line{};
  for (int j = 0; j < 2; ++j)
    for (int i = 0; i < 4; ++i) {
      const bool is_higher = noise.heights.is_higher[i] != 0;
      const float below = is_higher ? second.at[j] : first.at[j];
      const float above = is_higher ? third.at[j] : second.at[j];
      sums.at[j][i] += (between(below, above, noise.heights.down[i]) - 0.5f) * weight;
    }
}

inline constexpr float fine_noise = 0.8f;

/// 0 to 1, at this part of the flames' height.
LIFEREEL_ARITHMETIC float heat(float part, float noise) {
  return clamped(1.0f - part - arithmetic::maximum(part - 1.0f, 0.0f) +
                 noise * (0.4f + 0.6f * clamped(part * 1.5f)));
}
LIFEREEL_ARITHMETIC float largest(const Regions& regions) {
  float most = regions.at[0][0];
  for (int j = 0; j < 2; ++j)
    for (int i = 0; i < 4; ++i) most = arithmetic::maximum(most, regions.at[j][i]);
  return most;
}
/// Whether a cell whose lowest regions are there has no heat, however fine noise may be.
LIFEREEL_ARITHMETIC bool is_dark(const Regions& noise, float part) {
  return part > 0.7f && !(heat(part, largest(noise) + 0.5f * fine_noise) > 0.0f);
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

/// Where a row of cells begins, as a part of flames' height.
LIFEREEL_ARITHMETIC float top_of(const Fire& fire, const Flames& flames, std::int32_t row) {
  return static_cast<float>(4 * (fire.rows - row)) * flames.step;
}
LIFEREEL_ARITHMETIC bool is_above(const Fire& fire, const Flames& flames, std::int32_t row) {
  return top_of(fire, flames, row) - 4.0f * flames.step > coolest;
}

/// A cell that is not above the flames.
template <class Lattice>
LIFEREEL_ARITHMETIC SceneCell cell_of(const Fire& fire, const Flames& flames,
                                      RowNoise<Lattice>& from, std::int32_t column,
                                      std::int32_t row, std::uint64_t frame) {
  const std::int64_t region = region_size(fire), x = region * 2 * column;
  // Flames' height is 1 of these, from region to region and where the cell ends.
  const float step = flames.step;
  const float top = top_of(fire, flames, row);
  SceneCell cell{};
  const std::int64_t blown = x + sway(fire, x, height_of(fire, row), top * flames.height, frame);
  Regions noise{}, texture{};
  add_noise(noise, from.coarse, blown * 2, region * 2, 1.2f);
  if (is_dark(noise, top - 3.0f * step)) return cell;
  add_noise(noise, from.fine, blown * 5, region * 5, fine_noise);
  add_noise(texture, from.texture, x * 11, region * 11, 0.7f);
  Regions heats;
  for (int j = 0; j < 2; ++j)
    for (int i = 0; i < 4; ++i) {
      heats.at[j][i] = heat(top - static_cast<float>(i) * step, noise.at[j][i]);
      cell.shape[2 * i + j] = heats.at[j][i] * (0.65f + texture.at[j][i]);
    }
  const float hottest = largest(heats);
  cell.brightness = hottest * hottest * 0.65f;
  cell.colour = hottest;
  return cell;
}

}  // namespace fire

LIFEREEL_ARITHMETIC SceneCell scene_cell(const Fire& fire, std::int32_t column, std::int32_t row,
                                         std::uint64_t frame) {
  const fire::Flames flames = fire::flames_of(fire, column, frame);
  if (fire::is_above(fire, flames, row)) return SceneCell{};
  fire::RowNoise<fire::Corners> noise = fire::noise_of<fire::Corners>(fire, row, frame);
  return fire::cell_of(fire, flames, noise, column, row, frame);
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
