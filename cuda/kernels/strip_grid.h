// SPDX-License-Identifier: GPL-2.0-or-later
// The GPU's cell list: the torus in strips of half the reach, each strip in short columns. What a
// particle may feel is then five runs of neighbours in memory, ten where they cross the seam.
#pragma once

#include <math.h>

#include "cuda/kernels/launch.h"
#include "sim/universe.h"

namespace lifereel {

/// A run of the sorted particles, and what is added to their coordinates to bring them next to
/// whoever asked.
struct alignas(16) Run {
  std::int32_t from, to;
  float offset_y, offset_x;
};

/// Buckets are numbered strip by strip, so that neighbouring columns of a strip are neighbours in
/// memory. Which pairs a run holds is free (sim/arithmetic/arithmetic.h, Note: [Force sums]) as
/// long as every pair in reach is held once; the published seam defines its pairs by cells, and has
/// those as strips and columns.
struct StripGrid {
  std::int32_t strips, columns;
  float strip_height, column_width;           ///< pixels; of the published cells: rmax
  float strips_per_pixel, columns_per_pixel;  ///< of the exact seam: a product is cheaper
  float height, width;                        ///< of the torus, pixels
  float reach_squared;
  float seam_reach;  ///< nearer to the seam than this, a particle may feel others beyond it
  bool published;

  /// Most runs a particle has: one in each strip in reach, and as many beyond the seam.
  static constexpr std::int32_t strips_in_reach = 5, most_runs = 2 * strips_in_reach;
  /// Added to windows, in pixels: more than float32 coordinates, up to 32768, are rounded by.
  static constexpr float margin = 0.02f;

  LIFEREEL_KERNEL std::int32_t buckets() const { return strips * columns; }

  LIFEREEL_KERNEL std::int32_t strip_of(float y) const {
    return published ? strip<true>(y) : strip<false>(y);
  }
  LIFEREEL_KERNEL std::int32_t column_of(float x) const {
    return published ? column<true>(x) : column<false>(x);
  }
  LIFEREEL_KERNEL std::int32_t bucket_of(float y, float x) const {
    return strip_of(y) * columns + column_of(x);
  }

  /// Runs of a particle at x: those beyond the seam, which come last, only where there may be any.
  LIFEREEL_KERNEL std::int32_t runs_at(float x) const {
    return x < seam_reach || x >= width - seam_reach ? most_runs : strips_in_reach;
  }

  /// Run `index`, 0 .. runs_at(x) - 1, of a particle at (y, x); from == to where there is none.
  /// start[b] is the first sorted particle of bucket b, start[buckets()] their number.
  /// is_published must be `published`: known to the compiler, it spares loops a division.
  template <bool is_published>
  LIFEREEL_KERNEL Run run(std::int32_t index, float y, float x, const std::int32_t* start) const {
    const bool beyond_seam = index >= strips_in_reach;
    const std::int32_t steps = index - (beyond_seam ? strips_in_reach : 0) - (is_published ? 1 : 2);
    Run found = {0, 0, 0.0f, 0.0f};
    if (is_published && steps > 1) return found;

    const std::int32_t unwrapped = strip<is_published>(y) + steps;
    std::int32_t wrapped = unwrapped;
    if (unwrapped < 0) {
      wrapped += strips;
      found.offset_y = -height;
    } else if (unwrapped >= strips) {
      wrapped -= strips;
      found.offset_y = height;
    }

    std::int32_t first, last;  // columns
    if (is_published) {
      const std::int32_t here = column<true>(x);
      first = beyond_seam ? (here == 0 ? columns - 1 : 0) : here - (here > 0 ? 1 : 0);
      last = beyond_seam ? first : here + (here < columns - 1 ? 1 : 0);
      if (beyond_seam && here != 0 && here != columns - 1) return found;
      if (beyond_seam) found.offset_x = here == 0 ? -width : width;
    } else {
      const float top = static_cast<float>(unwrapped) * strip_height;
      const float above = top - y, below = y - (top + strip_height);
      const float dy = arithmetic::maximum(arithmetic::maximum(above, below) - margin, 0.0f);
      const float left = reach_squared - dy * dy;
      if (!(left > 0.0f)) return found;
      const float reach = sqrtf(left) + margin;
      float low = x - reach, high = x + reach;
      if (!beyond_seam) {
        low = arithmetic::maximum(low, 0.0f);
        high = arithmetic::minimum(high, width);
      } else if (low < 0.0f) {
        low = low + width;
        high = width;
        found.offset_x = -width;
      } else if (high >= width) {
        high = high - width;
        low = 0.0f;
        found.offset_x = width;
      } else {
        return found;
      }
      first = column<false>(low);
      last = column<false>(high);
    }
    found.from = start[wrapped * columns + first];
    found.to = start[wrapped * columns + last + 1];
    return found;
  }

 private:
  template <bool is_published>
  LIFEREEL_KERNEL std::int32_t strip(float y) const {
    return is_published ? arithmetic::cell_of(y, strip_height, strips, true)
                        : within(y * strips_per_pixel, strips);
  }
  template <bool is_published>
  LIFEREEL_KERNEL std::int32_t column(float x) const {
    return is_published ? arithmetic::cell_of(x, column_width, columns, true)
                        : within(x * columns_per_pixel, columns);
  }
  LIFEREEL_KERNEL static std::int32_t within(float place, std::int32_t count) {
    const std::int32_t whole = arithmetic::truncate(place);
    return whole < count ? whole : count - 1;
  }
};

/// Settings must be valid.
StripGrid make_strip_grid(const UniverseSettings& settings);

}  // namespace lifereel
