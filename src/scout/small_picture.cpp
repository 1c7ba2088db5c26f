// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/small_picture.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "sim/arithmetic/species_motion.h"

namespace lifereel {
namespace {

__extension__ using Int128 = __int128;

constexpr int parts = 64;  // of a pixel: a power of two, so that scaling is exact
constexpr int sample_parts = SmallPicture::pixel * parts;

int ceiling(int a, int b) { return (a + b - 1) / b; }

/// In parts, on the torus; at frame 0 a coordinate may be the size itself.
int place(float coordinate, int size) {
  const int at = arithmetic::truncate(coordinate * static_cast<float>(parts));
  return at >= size * parts ? at - size * parts : at;
}

/// In 2^-20. Of integers, so that no compiler fuses what it is made of.
std::int64_t square(float velocity) {
  constexpr float most = 64;
  const std::int64_t whole =
      arithmetic::truncate(arithmetic::minimum(arithmetic::absolute(velocity), most) * 1024.0f);
  return whole * whole;
}

/// Between the middles of two samples.
struct Between {
  int first, second;  // samples
  int share;          // of the second, of sample_parts
};
Between between(int at, int size, int samples) {
  int from_middle = at - sample_parts / 2;
  if (from_middle < 0) from_middle += size * parts;
  const int first = std::min(from_middle / sample_parts, samples - 1);
  return {first, first + 1 == samples ? 0 : first + 1, from_middle - first * sample_parts};
}

}  // namespace

SmallPicturePen::SmallPicturePen(const UniverseSettings& universe)
    : width_(universe.width), height_(universe.height) {
  light_.resize(static_cast<std::size_t>(ceiling(width_, SmallPicture::pixel)) *
                static_cast<std::size_t>(ceiling(height_, SmallPicture::pixel)));
  counts_.resize(static_cast<std::size_t>(ceiling(width_, SmallPicture::cell)) *
                 static_cast<std::size_t>(ceiling(height_, SmallPicture::cell)));
}

void SmallPicturePen::draw(const State& state, SmallPicture& picture) {
  picture.width = ceiling(width_, SmallPicture::pixel);
  picture.height = ceiling(height_, SmallPicture::pixel);
  picture.cells_across = ceiling(width_, SmallPicture::cell);
  picture.cells_down = ceiling(height_, SmallPicture::cell);
  std::fill(light_.begin(), light_.end(), 0);
  std::fill(counts_.begin(), counts_.end(), 0);
  std::int64_t squares = 0;
  constexpr int cell_parts = SmallPicture::cell * parts;
  // What a particle's whole weight, sample_parts squared, is divided by.
  constexpr std::uint32_t a_light =
      sample_parts * sample_parts / std::uint32_t{SmallPicture::particle_light};
  for (std::size_t i = 0; i < state.y.size(); ++i) {
    squares += square(state.vy[i]) + square(state.vx[i]);
    const int y = place(state.y[i], height_), x = place(state.x[i], width_);
    ++counts_[static_cast<std::size_t>(y / cell_parts * picture.cells_across + x / cell_parts)];
    const Between rows = between(y, height_, picture.height);
    const Between columns = between(x, width_, picture.width);
    const auto add = [&](int row, int column, int down, int across) {
      light_[static_cast<std::size_t>(row * picture.width + column)] +=
          static_cast<std::uint32_t>(down * across) / a_light;
    };
    add(rows.first, columns.first, sample_parts - rows.share, sample_parts - columns.share);
    add(rows.first, columns.second, sample_parts - rows.share, columns.share);
    add(rows.second, columns.first, rows.share, sample_parts - columns.share);
    add(rows.second, columns.second, rows.share, columns.share);
  }
  picture.motion = squares / std::max<std::int64_t>(1, static_cast<std::int64_t>(state.y.size()));
  picture.samples.resize(light_.size());
  std::transform(light_.begin(), light_.end(), picture.samples.begin(), [](std::uint32_t light) {
    return static_cast<std::uint8_t>(std::min<std::uint32_t>(light, 255));
  });
  picture.particles.resize(counts_.size());
  std::transform(counts_.begin(), counts_.end(), picture.particles.begin(),
                 [](std::uint32_t count) {
                   return static_cast<std::uint16_t>(std::min<std::uint32_t>(count, 65535));
                 });
}

BlockChange block_change(const SmallPicture& before, const SmallPicture& now) {
  constexpr int changed_by = SmallPicture::particle_light * 3 / 2;
  constexpr int lit_by = SmallPicture::particle_light / 2;
  constexpr int side = SmallPicture::block_pixels;
  BlockChange change;
  for (int top = 0; top < now.height; top += side)
    for (int left = 0; left < now.width; left += side) {
      int difference = 0, light_before = 0, light_now = 0;
      for (int y = top; y < std::min(top + side, now.height); ++y)
        for (int x = left; x < std::min(left + side, now.width); ++x) {
          const auto at = static_cast<std::size_t>(y * now.width + x);
          light_before += before.samples[at];
          light_now += now.samples[at];
          difference += std::abs(before.samples[at] - now.samples[at]);
        }
      ++change.blocks;
      if (light_before < lit_by && light_now < lit_by) continue;
      ++change.lit;
      if (difference > changed_by) ++change.changed;
    }
  return change;
}

CellChange cell_change(const SmallPicture& before, const SmallPicture& now) {
  CellChange change;
  for (std::size_t i = 0; i < now.particles.size(); ++i) {
    const bool then = before.particles[i] != 0, still = now.particles[i] != 0;
    change.occupied += then || still ? 1 : 0;
    change.changed += then != still ? 1 : 0;
  }
  return change;
}

std::int64_t structure(const SmallPicture& picture) {
  // Means of s over ever larger cells; O(k) is the mean of their squares. Of means over the same
  // pixels O(k-1, k) = O(k, k), so the overlap's |O(k-1, k) - (O(k-1, k-1) + O(k, k)) / 2| is half
  // of what the squares lose. Their roots are summed, or the scale of the largest clumps would
  // decide alone; and from 16 pixels on, or noise would.
  constexpr int scales = 6;           // 8, 16, ... 256 px
  constexpr std::int64_t unit = 256;  // of a square
  std::vector<std::int64_t> sums(picture.particles.begin(), picture.particles.end());
  int across = picture.cells_across, down = picture.cells_down;
  std::int64_t particles = 0;
  for (const std::int64_t count : sums) particles += count;
  if (particles == 0) return 0;
  const auto cells = static_cast<std::int64_t>(sums.size());
  std::int64_t complexity = 0, squares_before = 0;
  for (int scale = 0; scale < scales; ++scale) {
    if (scale > 0) {
      const int half_across = ceiling(across, 2), half_down = ceiling(down, 2);
      std::vector<std::int64_t> halved(static_cast<std::size_t>(half_across * half_down));
      for (int y = 0; y < down; ++y)
        for (int x = 0; x < across; ++x)
          halved[static_cast<std::size_t>(y / 2 * half_across + x / 2)] +=
              sums[static_cast<std::size_t>(y * across + x)];
      sums.swap(halved);
      across = half_across;
      down = half_down;
    }
    // The sum over all first cells of the square of the mean; cells at the edges are smaller.
    std::int64_t squares = 0;
    for (int y = 0; y < down; ++y)
      for (int x = 0; x < across; ++x) {
        const std::int64_t rows = std::min(1 << scale, picture.cells_down - (y << scale));
        const std::int64_t columns = std::min(1 << scale, picture.cells_across - (x << scale));
        const std::int64_t sum = sums[static_cast<std::size_t>(y * across + x)];
        squares += sum * sum * unit / (rows * columns);
      }
    if (scale > 1) {
      // In units of the mean density's square, times a million: its root is in thousandths.
      const std::int64_t lost = std::max<std::int64_t>(0, squares_before - squares) / 2;
      const auto relative = static_cast<Int128>(lost) * cells * 1'000'000 /
                            (static_cast<Int128>(particles) * particles * unit);
      complexity += arithmetic::integer_root(static_cast<std::uint64_t>(relative));
    }
    squares_before = squares;
  }
  return complexity;
}

}  // namespace lifereel
