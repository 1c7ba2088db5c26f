// SPDX-License-Identifier: GPL-2.0-or-later
// A tube's glass and beam (arithmetic/tube.h, Note: [Tube]), included by light_kernels.inl.

#include "sim/arithmetic/tube.h"
#include "sim/cpu/light_kernels.h"

namespace lifereel::LIFEREEL_ISA {
namespace {

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
      const auto place =
          arithmetic::glass_place(four_columns_at(i, c.barrel.half_width), tube_.row, c);
      gap = arithmetic::gap_at(place.row + c.barrel.half_height, c.beam);
      seen = seen * place.seen;
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
      const auto place =
          arithmetic::glass_place(four_columns_at(i, c.barrel.half_width), tube_.row, c);
      const Floats middle = (place.row + c.barrel.half_height) * 2.0f;
      upper_gap = arithmetic::gap_at(middle - 0.5f, c.beam);
      lower_gap = arithmetic::gap_at(middle + 0.5f, c.beam);
      seen = seen * place.seen;
    }
    return arithmetic::luma_on_tube(luma, upper_gap, lower_gap, seen, c.beam);
  }

 private:
  TubeRow tube_;
};

// Rows mixed, column by column, into row.between, whose first sample is the one before the first.
LIFEREEL_INLINE void mix_rows(const BentRow& row) {
  const float middle = arithmetic::sample_place(row.row, row.barrel.half_height);
  store(row.between, Float(0.0f));
  for (std::int32_t i = 0; i < row.width; i += lanes) {
    const Float column = columns_at(i, row.barrel.half_width);
    const Float place = arithmetic::sample_place(arithmetic::bent_row(row.row, column, row.barrel),
                                                 row.barrel.half_height);
    // Rows curve one way on either side of the middle.
    float least = place.v[0] < place.v[lanes - 1] ? place.v[0] : place.v[lanes - 1];
    float most = place.v[0] < place.v[lanes - 1] ? place.v[lanes - 1] : place.v[0];
    if (column.v[0] < 0.0f && column.v[lanes - 1] > 0.0f) {
      least = middle < least ? middle : least;
      most = middle > most ? middle : most;
    }
    std::int32_t r = arithmetic::truncate(least);
    const std::int32_t last = arithmetic::truncate(most) + 1;
    Float mixed(0.0f);
    for (r = r > 0 ? r : 1; r <= last && r <= row.height; ++r)
      mixed = mixed + load(row.first + static_cast<std::ptrdiff_t>(r - 1) * row.pitch + i) *
                          arithmetic::sample_weight(place, Float(arithmetic::to_float(r)));
    store(row.between + 1 + i, mixed);
  }
  for (std::int32_t i = 0; i <= 2 * lanes; i += lanes)
    store(row.between + 1 + row.width + i, Float(0.0f));
}

void bend_row(const BentRow& bent_row) {
  const BentRow row = bent_row;
  mix_rows(row);
  const float stretch = arithmetic::stretch_of(row.row, row.barrel);
  for (std::int32_t i = 0; i < row.width; i += lanes) {
    const Float place = arithmetic::sample_place(
        columns_at(i, row.barrel.half_width) * Float(stretch), row.barrel.half_width);
    const Int sample = truncate(place);
    const Float number = to_float(sample);
    const float* const from = row.between + sample.v[0];
    const Int index = sample - Int(sample.v[0]);
    store(row.to + i,
          picked(from, index) * arithmetic::sample_weight(place, number) +
              picked(from + 1, index) * arithmetic::sample_weight(place, number + Float(1.0f)));
  }
}

}  // namespace
}  // namespace lifereel::LIFEREEL_ISA
