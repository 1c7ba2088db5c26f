// SPDX-License-Identifier: GPL-2.0-or-later
// A tube's glass and beam (arithmetic/tube.h, Note: [Tube]), included by light_kernels.inl.

#include "sim/arithmetic/tube.h"
#include "sim/cpu/light_kernels.h"

namespace lifereel::LIFEREEL_ISA {
namespace {

// Ahead of the reader, into the next page: processors do not do that by themselves.
constexpr std::int32_t samples_ahead = 512;

enum class Glass { none, flat, bulging };

LIFEREEL_INLINE bool bulges(const TubeRow& tube) { return tube.constants.barrel.row_curve > 0.0f; }

// From the middle of a row.
LIFEREEL_INLINE Float columns_at(std::int32_t i, float half_width) {
  return to_float(lane_numbers() + Int(i)) - Float(half_width - 0.5f);
}
LIFEREEL_INLINE Floats four_columns_at(std::int32_t i, float half_width) {
  return four(columns_at(i, half_width), columns_at(i + lanes, half_width),
              columns_at(i + 2 * lanes, half_width), columns_at(i + 3 * lanes, half_width));
}

// Of four vectors from column i on, multiplied by how much of them is on the glass.
LIFEREEL_INLINE arithmetic::GlassPlace<Floats> glass_places(std::int32_t i, const TubeRow& tube,
                                                            Floats& seen) {
  const arithmetic::BarrelConstants& c = tube.constants.barrel;
  const auto places = arithmetic::glass_place(four_columns_at(i, c.half_width), tube.row, c);
  const float left = arithmetic::from_middle(i, c.half_width);
  const float right = arithmetic::from_middle(i + squad * lanes - 1, c.half_width);
  const float farther = arithmetic::maximum(arithmetic::absolute(left), right);
  if (!arithmetic::is_within_glass(arithmetic::glass_place(farther, tube.row, c),
                                   tube.constants.outline))
    seen = seen * arithmetic::on_glass(places, tube.constants.outline);
  return places;
}

template <Glass glass>
class LumaTube {
 public:
  explicit LumaTube(const LumaRow& row) {
    if (glass != Glass::none) tube_ = *row.tube;
  }

  // Of luma from column i on.
  __attribute__((always_inline)) Floats seen(std::int32_t i, Floats luma) const {
    const arithmetic::TubeConstants& c = tube_.constants;
    const float* const mask = tube_.mask + i;
    Floats seen =
        four(load(mask), load(mask + lanes), load(mask + 2 * lanes), load(mask + 3 * lanes));
    Floats gap(tube_.gap[0]);
    if (glass == Glass::bulging) {
      const auto places = glass_places(i, tube_, seen);
      gap = arithmetic::gap_at(places.row + c.barrel.half_height, c.beam);
    }
    return arithmetic::luma_on_tube(luma, gap, seen, c.beam);
  }

 private:
  TubeRow tube_;
};

template <Glass glass>
class ChromaTube {
 public:
  explicit ChromaTube(const ChromaRow& row) {
    if (glass != Glass::none) tube_ = *row.tube;
  }

  // Of blocks' luma from i on.
  __attribute__((always_inline)) Floats seen(std::int32_t i, Floats luma) const {
    const arithmetic::TubeConstants& c = tube_.constants;
    Floats seen(c.mask), upper_gap(tube_.gap[0]), lower_gap(tube_.gap[1]);
    if (glass == Glass::bulging) {
      const auto places = glass_places(i, tube_, seen);
      const Floats middle = (places.row + c.barrel.half_height) * 2.0f;
      upper_gap = arithmetic::gap_at(middle - 0.5f, c.beam);
      lower_gap = arithmetic::gap_at(middle + 0.5f, c.beam);
    }
    return arithmetic::luma_on_tube(luma, upper_gap, lower_gap, seen, c.beam);
  }

 private:
  TubeRow tube_;
};

// Samples by their numbers in a plane: those a place between these columns is mixed of.
struct RowRange {
  std::int32_t first, last;
};
LIFEREEL_INLINE RowRange rows_mixed(const BentRow& row, std::int32_t left, std::int32_t right) {
  const auto place_of = [&row](float column) __attribute__((always_inline)) {
    return arithmetic::sample_place(arithmetic::bent_row(row.row, column, row.barrel),
                                    row.barrel.half_height);
  };
  const float from = arithmetic::from_middle(left, row.barrel.half_width);
  const float to = arithmetic::from_middle(right, row.barrel.half_width);
  const float a = place_of(from), b = place_of(to);
  float least = arithmetic::minimum(a, b), most = arithmetic::maximum(a, b);
  if (from < 0.0f && to > 0.0f) {  // rows turn back in the middle
    const float middle = place_of(0.0f);
    least = arithmetic::minimum(least, middle);
    most = arithmetic::maximum(most, middle);
  }
  // Beside the picture it is dark.
  const std::int32_t first = arithmetic::truncate(least), last = arithmetic::truncate(most) + 1;
  return {first > 0 ? first : 1, last < row.height ? last : row.height};
}

// Rows mixed, column by column, into row.between, whose first sample is the one before the first.
LIFEREEL_INLINE void mix_rows(const BentRow& row) {
  constexpr std::int32_t block = squad * lanes;
  store(row.between, Float(0.0f));
  for (std::int32_t i = 0; i < row.width; i += block) {
    const Floats place = arithmetic::sample_place(
        arithmetic::bent_row(row.row, four_columns_at(i, row.barrel.half_width), row.barrel),
        row.barrel.half_height);
    const RowRange rows = rows_mixed(row, i, i + block - 1);
    const float* const ahead =
        row.first + static_cast<std::ptrdiff_t>(rows.last - 1) * row.pitch + i + samples_ahead;
    for (std::int32_t vector = 0; vector < squad; ++vector)
      __builtin_prefetch(ahead + vector * lanes);
    Floats mixed(0.0f);
    for (std::int32_t r = rows.first; r <= rows.last; ++r) {
      const float* const from = row.first + static_cast<std::ptrdiff_t>(r - 1) * row.pitch + i;
      mixed = mixed +
              four(load(from), load(from + lanes), load(from + 2 * lanes), load(from + 3 * lanes)) *
                  arithmetic::mixing_weight(place, Floats(arithmetic::to_float(r)));
    }
    float* const to = row.between + 1 + i;
    store(to, mixed.a.a);
    store(to + lanes, mixed.a.b);
    store(to + 2 * lanes, mixed.b.a);
    store(to + 3 * lanes, mixed.b.b);
  }
  for (std::int32_t i = 0; i <= 2 * lanes; i += lanes)
    store(row.between + 1 + row.width + i, Float(0.0f));
}

void bend_row(const BentRow& bent_row) {
  const BentRow row = bent_row;
  mix_rows(row);
  const float stretch = arithmetic::stretch_of(row.row, row.barrel);
  for (std::int32_t i = 0; i < row.width; i += lanes) {
    __builtin_prefetch(row.to + i + samples_ahead, 1);
    const Float place = arithmetic::sample_place(
        columns_at(i, row.barrel.half_width) * Float(stretch), row.barrel.half_width);
    const Int number = truncate(place);
    const float* const from = row.between + number.v[0];
    const Int index = number - Int(number.v[0]);
    store(row.to + i, arithmetic::mixed_at(place, to_float(number), picked(from, index),
                                           picked(from + 1, index)));
  }
}

}  // namespace
}  // namespace lifereel::LIFEREEL_ISA
