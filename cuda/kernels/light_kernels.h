// SPDX-License-Identifier: GPL-2.0-or-later
// Drawing in light on the GPU: the kernels of frame_kernels.h's frame that take the places of
// splats, Fade and Tone.
//
// Note: [Light on the GPU]
//   CountStarts     as ever
//    and SplatLight points of all streaks, in integers, those of one added up first; the histogram
//                   back to 0; or, after a step that is not its frame's last, KeepPoints in its
//                   place
//   Scatter         as ever
//    and FadeLight  trail = decay * trail + splat; sums of 4x4 pixels and their histogram
//   BendLight       what bulging glass shows of that (tube_kernels.h), and its sums; or none of it
//   HalveLight      the bloom (bloom_kernels.h): a launch a large level down,
//   SpreadLight     one for all that are small,
//    and FindWhite  histogram -> white -> the tone curve's constants; without small levels beside
//   DoubleLight     a launch a large level up; or alone
//   ToneLight       trail and bloom -> planes
// Light has the shape of sim/arithmetic/light.h, Note: [Light]. A block of 2x2 pixels is splatted
// with three atomic additions of 64 bits: two pixels of luma a word, whose sums stay below 2^31,
// and both opponents in another, the second above the first and with its borrow.
#pragma once

#include "cuda/kernels/bloom_kernels.h"
#include "sim/light/exposure.h"
#include "sim/light/film_grain.h"
#include "sim/look.h"

namespace lifereel {

struct alignas(8) TwoFloats {
  float v[2];
};
struct alignas(16) TwoWords {
  std::uint64_t v[2];
};

/// The light that is there and the splats since the last FadeLight. `pitch` pixels from row to row,
/// whole fours; blocks half as many.
struct LightImage {
  FourFloats* luma;
  TwoFloats *cb, *cr;        ///< blocks
  TwoWords* luma_splat;      ///< two pixels a word
  TwoWords* opponent_splat;  ///< a block a word
  std::int32_t width, height, pitch;

  LIFEREEL_KERNEL std::int32_t block_pitch() const { return pitch / 2; }
  /// Of 2^28 at most, for which 32 bits are enough: they take fewer registers.
  LIFEREEL_KERNEL std::int32_t quad(std::int32_t row, std::int32_t column) const {
    return row * (pitch / 4) + column;
  }

  static LIFEREEL_KERNEL std::uint64_t opponent_word(std::int32_t cb, std::int32_t cr) {
    return (static_cast<std::uint64_t>(cr) << 32) + static_cast<std::uint64_t>(cb);
  }
  static LIFEREEL_KERNEL arithmetic::Opponents<float> opponents(std::uint64_t word) {
    const auto cb = static_cast<std::int32_t>(static_cast<std::uint32_t>(word));
    const std::uint64_t above = word - static_cast<std::uint64_t>(cb);
    const auto cr = static_cast<std::int32_t>(static_cast<std::uint32_t>(above >> 32));
    return {arithmetic::to_float(cb), arithmetic::to_float(cr)};
  }
};

/// What a point adds to one block of 2x2 pixels.
struct alignas(8) BlockWeights {
  std::uint64_t upper, lower, opponents;
};

/// Of every colour, and of points in every pixel of a block: [bin][row odd][column odd][block].
struct PointTable {
  const BlockWeights* weights;
  std::int32_t bins;
  std::int32_t reach;  ///< blocks beyond the point's own, either way

  LIFEREEL_KERNEL std::int32_t side() const { return 2 * reach + 1; }
  LIFEREEL_KERNEL std::int32_t blocks() const { return side() * side(); }
};

/// Its pixel and colour.
struct alignas(8) LightPoint {
  std::uint16_t row, column;
  std::int32_t bin;
};

/// The points that particles leave along their way in a step.
struct StepPoints {
  Particles moving;
  LightImage image;
  const std::int32_t* white_bits;
  std::int32_t particles, points;  ///< of each particle
  std::int32_t bins;
  float part_of_step;  ///< from one of a particle's points to the next
  ColourBy colour_by;

  LIFEREEL_KERNEL std::int32_t count() const { return particles * points; }

  LIFEREEL_KERNEL LightPoint at(std::int32_t i, std::int32_t back) const {
    const Particle particle = moving.particle[i];
    const Velocity velocity = moving.velocity[i];
    float y = particle.y, x = particle.x;
    if (back > 0) {
      const float time = part_of_step * static_cast<float>(back);
      y = arithmetic::wrap(y - velocity.y * time, static_cast<float>(image.height));
      x = arithmetic::wrap(x - velocity.x * time, static_cast<float>(image.width));
    }
    return {static_cast<std::uint16_t>(arithmetic::pixel_of(y, image.height)),
            static_cast<std::uint16_t>(arithmetic::pixel_of(x, image.width)),
            bin_of(particle, velocity)};
  }

 private:
  LIFEREEL_KERNEL std::int32_t bin_of(const Particle& particle, const Velocity& velocity) const {
    if (colour_by == ColourBy::speed) return arithmetic::speed_bin(velocity.y, velocity.x, bins);
    if (colour_by == ColourBy::density) {
      const std::int32_t row = arithmetic::pixel_of(particle.y, image.height);
      const std::int32_t column = arithmetic::pixel_of(particle.x, image.width);
      const float light = image.luma[image.quad(row, column / 4)].v[column % 4];
      return arithmetic::density_bin(light, *white_bits, bins);
    }
    return particle.species;
  }
};

/// Keeps the points of a frame's step until its picture is drawn, unless it is the last. A thread a
/// point.
struct KeepPoints : KernelBody {
  static constexpr const char* name = "KeepPoints";
  StepPoints points;
  LightPoint* kept;  ///< step by step, particle by particle
  const FrameClock* clock;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global(), step = clock->steps;
    if (step > 0 && i < points.count())
      kept[(step - 1) * points.count() + i] = points.at(i / points.points, i % points.points);
  }
};

/// A group a particle's way in a step: of those kept, then of the last step's. Threads take blocks
/// of a window around a point, in which its neighbours along the way lie as well: what they add to
/// a block is added up first, for atomic additions are what takes the time.
struct SplatLight : KernelBody {
  static constexpr const char* name = "SplatLight";
  static constexpr Scope scope = Scope::warp;
  static constexpr int group = 16;
  StepPoints points;
  const LightPoint* kept;
  std::int32_t kept_ways;
  LightImage image;
  PointTable table;
  std::uint32_t* histogram;  ///< set to 0 for FadeLight

  static constexpr int phases = 2;
  struct Shared {
    LightPoint point[group];  ///< of the way; look.streaks are no more
  };

  LIFEREEL_KERNEL std::int32_t ways() const { return kept_ways + points.particles; }
  LIFEREEL_KERNEL std::int32_t threads() const { return ways() * group; }

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared& shared) const {
    const std::int32_t way = thread.group_number(group), lane = thread.thread % group;
    if constexpr (phase == 0) {
      for (std::int32_t bin = thread.global(); bin < exposure_bins; bin += thread.all())
        histogram[bin] = 0;
      if (way < ways() && lane < points.points)
        shared.point[lane] =
            way < kept_ways ? kept[way * points.points + lane] : points.at(way - kept_ways, lane);
    } else if (way < ways()) {
      const std::int32_t side = window_side();
      for (std::int32_t i = lane; i < side * side; i += group) splat(i / side, i % side, shared);
    }
  }

 private:
  // As many blocks as a point lights, and one more in the way's direction.
  LIFEREEL_KERNEL std::int32_t further() const { return points.points > 1 ? 1 : 0; }
  LIFEREEL_KERNEL std::int32_t window_side() const { return table.side() + further(); }

  // A block of the window; which, where the next point lies beyond it, moves there.
  LIFEREEL_KERNEL void splat(std::int32_t row, std::int32_t column, const Shared& shared) const {
    const std::int32_t height = image.height / 2, width = image.width / 2;
    const LightPoint &first = shared.point[0], &last = shared.point[points.points - 1];
    const bool goes_up = is_before(last.row / 2, first.row / 2, height);
    const bool goes_left = is_before(last.column / 2, first.column / 2, width);
    std::int32_t top = 0, left = 0;
    BlockWeights sum = {0, 0, 0};
    for (std::int32_t back = 0; back < points.points; ++back) {
      const LightPoint point = shared.point[back];
      const std::int32_t point_row = point.row / 2, point_column = point.column / 2;
      if (back == 0 || ahead(top, point_row, height) > further() ||
          ahead(left, point_column, width) > further()) {
        add(top + row, left + column, sum);
        sum = {0, 0, 0};
        top = goes_up ? LightLevel::wrapped(point_row - 1, height) : point_row;
        left = goes_left ? LightLevel::wrapped(point_column - 1, width) : point_column;
      }
      const std::int32_t r = row - ahead(top, point_row, height);
      const std::int32_t c = column - ahead(left, point_column, width);
      if (r < 0 || r >= table.side() || c < 0 || c >= table.side()) continue;
      const std::int32_t shape = (point.bin * 2 + point.row % 2) * 2 + point.column % 2;
      const BlockWeights weights = table.weights[shape * table.blocks() + r * table.side() + c];
      sum.upper += weights.upper;
      sum.lower += weights.lower;
      sum.opponents += weights.opponents;
    }
    add(top + row, left + column, sum);
  }

  // On a torus: how many blocks on, and whether it is nearer backwards.
  LIFEREEL_KERNEL static std::int32_t ahead(std::int32_t from, std::int32_t to, std::int32_t size) {
    return to < from ? to - from + size : to - from;
  }
  LIFEREEL_KERNEL static bool is_before(std::int32_t a, std::int32_t b, std::int32_t size) {
    return a != b && 2 * ahead(a, b, size) < size;
  }

  // Rows and columns of blocks count from `reach` before the picture's.
  LIFEREEL_KERNEL void add(std::int32_t row, std::int32_t column,
                           const BlockWeights& weights) const {
    row = LightLevel::wrapped(row - table.reach, image.height / 2);
    column = LightLevel::wrapped(column - table.reach, image.width / 2);
    add(image.luma_splat, 2 * row, column, weights.upper);
    add(image.luma_splat, 2 * row + 1, column, weights.lower);
    add(image.opponent_splat, row, column, weights.opponents);
  }
  LIFEREEL_KERNEL void add(TwoWords* words, std::int32_t row, std::int32_t column,
                           std::uint64_t weights) const {
    if (weights == 0) return;
    const std::int64_t at = static_cast<std::int64_t>(row) * image.block_pitch() + column;
    atomic_add(&words[at / 2].v[at % 2], weights);
  }
};

/// A thread a cell of 4x4 pixels, and again as many cells further as there are threads.
struct FadeLight : KernelBody {
  static constexpr const char* name = "FadeLight";
  static constexpr int resident_blocks = 2;
  LightImage image;
  LightLevel base;  ///< of the opponents only where there is bloom
  std::uint32_t* histogram;
  float decay;
  arithmetic::FadedHue hue;
  bool has_bloom;

  static constexpr int phases = 3;
  struct Shared {
    std::uint32_t histogram[exposure_bins];
  };

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared& shared) const {
    if constexpr (phase == 1) {
      const std::int32_t cells = base.width * base.height;
      for (std::int32_t i = thread.global(); i < cells; i += thread.all())
        fade_cell(i / base.width, i % base.width, shared);
    } else {
      for (std::int32_t bin = thread.thread; bin < exposure_bins; bin += thread.threads) {
        if (phase == 0)
          shared.histogram[bin] = 0;
        else if (shared.histogram[bin] != 0)
          atomic_add(&histogram[bin], shared.histogram[bin]);
      }
    }
  }

 private:
  // The last row and column of cells may be half a cell: it counts twice.
  LIFEREEL_KERNEL void fade_cell(std::int32_t row, std::int32_t column, Shared& shared) const {
    const bool has_lower = 4 * row + 2 < image.height, has_right = 4 * column + 2 < image.width;
    FourFloats light[4];
    TwoWords splat[4];
    for (std::int32_t k = 0; k < 4; ++k) {  // all on their way at once
      if (k >= 2 && !has_lower) break;
      light[k] = image.luma[image.quad(4 * row + k, column)];
      splat[k] = image.luma_splat[image.quad(4 * row + k, column)];
    }
    TwoFloats sums[3][2];
    for (std::int32_t half = 0; half < 2; ++half) {
      if (half == 1 && !has_lower) {
        for (auto& channel : sums) channel[1] = channel[0];
        break;
      }
      for (std::int32_t k = 2 * half; k < 2 * half + 2; ++k)
        fade_luma(light[k], splat[k], image.quad(4 * row + k, column));
      const FourFloats &upper = light[2 * half], &lower = light[2 * half + 1];
      for (std::int32_t b = 0; b < 2; ++b)
        sums[0][half].v[b] = arithmetic::sum_of_block(upper.v[2 * b], lower.v[2 * b],
                                                      upper.v[2 * b + 1], lower.v[2 * b + 1]);
      fade_opponents(image.quad(2 * row + half, column), sums[0][half], sums[1][half],
                     sums[2][half]);
    }
    for (std::int32_t c = 0; c < (has_bloom ? 3 : 1); ++c) {
      const TwoFloats &upper = sums[c][0], &lower = sums[c][1];
      const float sum = arithmetic::sum_of_block(upper.v[0], lower.v[0], upper.v[has_right ? 1 : 0],
                                                 lower.v[has_right ? 1 : 0]);
      base.row(c, row)[column] = sum;
      if (c == 0 && sum >= 1.0f) atomic_add(&shared.histogram[exposure_bin(sum)], 1u);
    }
  }

  LIFEREEL_KERNEL void fade_luma(FourFloats& light, const TwoWords& splat, std::int64_t at) const {
    for (std::int32_t k = 0; k < 4; ++k) {
      const auto added =
          static_cast<std::int32_t>(static_cast<std::uint32_t>(splat.v[k / 2] >> (32 * (k % 2))));
      light.v[k] = arithmetic::fade_light(light.v[k], arithmetic::to_float(added), decay);
    }
    image.luma[at] = light;
    if ((splat.v[0] | splat.v[1]) != 0) image.luma_splat[at] = {{0, 0}};
  }

  LIFEREEL_KERNEL void fade_opponents(std::int64_t at, const TwoFloats& luma, TwoFloats& cb,
                                      TwoFloats& cr) const {
    const TwoWords splat = image.opponent_splat[at];
    cb = image.cb[at];
    cr = image.cr[at];
    for (std::int32_t b = 0; b < 2; ++b) {
      const auto faded = arithmetic::fade_opponents<true>(
          {cb.v[b], cr.v[b]}, LightImage::opponents(splat.v[b]), luma.v[b], hue);
      cb.v[b] = faded.cb;
      cr.v[b] = faded.cr;
    }
    image.cb[at] = cb;
    image.cr[at] = cr;
    if ((splat.v[0] | splat.v[1]) != 0) image.opponent_splat[at] = {{0, 0}};
  }
};

/// One block.
struct FindWhite : KernelBody {
  static constexpr const char* name = "FindWhite";
  const std::uint32_t* histogram;
  const Exposure* exposure;
  std::int32_t* white_bits;
  arithmetic::ToneConstants* tone;

  static constexpr int phases = 3;
  static constexpr std::int32_t part = 16;  // bins added up by one thread
  static constexpr std::int32_t parts = exposure_bins / part;
  struct Shared {
    std::uint32_t histogram[exposure_bins];
    std::uint64_t cells[parts], eights[parts];
  };

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared& shared) const {
    const std::int32_t t = thread.thread;
    if constexpr (phase == 0) {
      for (std::int32_t bin = t; bin < exposure_bins; bin += thread.threads)
        shared.histogram[bin] = histogram[bin];
    } else if constexpr (phase == 1) {
      for (std::int32_t p = t; p < parts; p += thread.threads) {
        std::uint64_t cells = 0, eights = 0;
        for (std::int32_t bin = p * part; bin < (p + 1) * part; ++bin) {
          cells += shared.histogram[bin];
          eights += eights_of_bin(bin) * shared.histogram[bin];
        }
        shared.cells[p] = cells;
        shared.eights[p] = eights;
      }
    } else if (t == 0) {
      std::uint64_t eights = 0;
      for (std::int32_t p = 0; p < parts; ++p) eights += shared.eights[p];
      *white_bits = next_white(*exposure, percentile(shared), eights, *white_bits);
      *tone = tone_at(*exposure, *white_bits);
    }
  }

 private:
  LIFEREEL_KERNEL std::int32_t percentile(const Shared& shared) const {
    std::uint64_t rank = brightest_cells(exposure->cells);
    std::int32_t p = parts - 1;
    for (; p >= 0 && shared.cells[p] < rank; --p) rank -= shared.cells[p];
    if (p < 0) return 0;
    std::int32_t bin = (p + 1) * part - 1;
    for (; shared.histogram[bin] < rank; --bin) rank -= shared.histogram[bin];
    return light_within_bin(bin, rank, shared.histogram[bin]);
  }
};

}  // namespace lifereel
