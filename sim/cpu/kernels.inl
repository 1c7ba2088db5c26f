// SPDX-License-Identifier: GPL-2.0-or-later
// The CPU kernels, included by one source file for each instruction set, which defines LIFEREEL_ISA
// and LIFEREEL_LANES. Includes nothing that could leave an inline function compiled for a wider
// instruction set than the processor's in the program.
#pragma once

#include <cstdint>
#include <cstring>

#include "sim/arithmetic/arithmetic.h"
#include "sim/cpu/kernels.h"
#include "sim/cpu/wide.h"

namespace lifereel::LIFEREEL_ISA {
namespace {

// Lanes are candidates. Targets come in squads of four neighbours, which share a list of
// candidates: loads and the search for runs are shared too, and there are always four independent
// chains of operations to interleave. Candidates out of reach add 0.

// Vectors of candidates, by their first position.
struct CandidateList {
  // All lanes of a vector together have no more than a partial sum's terms.
  static constexpr std::int32_t capacity = arithmetic::terms_per_partial_sum / lanes;
  std::int32_t count = 0;
  alignas(64) std::int32_t first[capacity];
};
// The same across the seam, with what is added to their coordinates.
struct SeamList : CandidateList {
  alignas(64) float offset_y[capacity], offset_x[capacity];
};

struct Squad {
  Floats y, x;
  const float *felt[squad], *caused[squad];
  std::int64_t sum_y[squad], sum_x[squad];
};

LIFEREEL_INLINE Floats load_rows(const float* const* rows, std::int64_t i) {
  return four(load(rows[0] + i), load(rows[1] + i), load(rows[2] + i), load(rows[3] + i));
}

// Bit patterns were added up: each counts quanta from those of `rounding`.
LIFEREEL_INLINE void add_quanta(std::int64_t* sums, Ints bits, std::int32_t terms, float rounding) {
  const auto excess =
      static_cast<std::uint32_t>(terms) * static_cast<std::uint32_t>(arithmetic::to_bits(rounding));
  bits = bits - Ints(static_cast<std::int32_t>(excess));
  sums[0] += sum_lanes(bits.a.a);
  sums[1] += sum_lanes(bits.a.b);
  sums[2] += sum_lanes(bits.b.a);
  sums[3] += sum_lanes(bits.b.b);
}

LIFEREEL_INLINE Int sum_of_four(Ints x) { return (x.a.a + x.a.b) + (x.b.a + x.b.b); }

// One vector of candidates on its way: the chain up to the distance is long, and so is the rest.
struct Distance {
  Floats dy, dx, q;
};

LIFEREEL_INLINE Distance distance(Floats dy, Floats dx) {
  return {dy, dx, arithmetic::quarter_reciprocal_sqrt(dy * dy + dx * dx)};
}

// finish(i) of one vector goes side by side with the next one's begin(i), to fill the waits of
// both.
template <class First, class Begin, class Finish>
LIFEREEL_INLINE void in_two_stages(std::int32_t count, const First& begin_first, const Begin& begin,
                                   const Finish& finish) {
  Distance even = begin_first(), odd;
  std::int32_t i = 1;
  for (; i + 1 < count; i += 2) {
    odd = begin(i);
    finish(i - 1, even);
    even = begin(i + 1);
    finish(i, odd);
  }
  if (i < count) {
    odd = begin(i);
    finish(i - 1, even);
    finish(i, odd);
  } else {
    finish(i - 1, even);
  }
}

// Pairs whose offset is 0 are the same seen from both sides: what they have in common is computed
// once. The list begins with the vector that begins with the targets themselves, if `own`: of them
// each acts on those before it, and feels them.
LIFEREEL_INLINE void sum_both_ways(const ForceField& field, Squad& targets, CandidateList& list,
                                   bool own, std::int32_t* partial_y, std::int32_t* partial_x) {
  const arithmetic::ForceConstants c = field.constants;
  const Int no_force = sum_of_four(Ints(arithmetic::to_bits(c.rounding)));
  Ints bits_y(0), bits_x(0);
  const auto begin = [&](std::int32_t i) __attribute__((always_inline)) {
    const std::int64_t j = list.first[i];
    return distance(Floats(load(field.y + j)) - targets.y, Floats(load(field.x + j)) - targets.x);
  };
  const auto begin_first = [&]() __attribute__((always_inline)) {
    if (!own) return begin(0);
    const std::int64_t j = list.first[0];
    const Float nowhere(out_of_reach);
    const Floats dx = Floats(load(field.x + j)) - targets.x;
    return distance(Floats(load(field.y + j)) - targets.y,
                    four(first_lanes(1, nowhere, dx.a.a), first_lanes(2, nowhere, dx.a.b),
                         first_lanes(3, nowhere, dx.b.a), first_lanes(4, nowhere, dx.b.b)));
  };
  const auto finish = [&](std::int32_t i, const Distance& d) __attribute__((always_inline)) {
    const std::int64_t j = list.first[i];
    const auto pair = arithmetic::pair_shape(d.q, c);
    const Floats felt = arithmetic::coefficient(load_rows(targets.felt, j), pair);
    bits_y = bits_y + to_bits(felt * d.dy + Floats(c.rounding));
    bits_x = bits_x + to_bits(felt * d.dx + Floats(c.rounding));
    const Floats caused = arithmetic::coefficient(load_rows(targets.caused, j), pair);
    const Int back_y = sum_of_four(to_bits(caused * d.dy + Floats(c.rounding)));
    const Int back_x = sum_of_four(to_bits(caused * d.dx + Floats(c.rounding)));
    store(partial_y + j, load(partial_y + j) + no_force - back_y);
    store(partial_x + j, load(partial_x + j) + no_force - back_x);
  };
  in_two_stages(list.count, begin_first, begin, finish);
  add_quanta(targets.sum_y, bits_y, list.count, c.rounding);
  add_quanta(targets.sum_x, bits_x, list.count, c.rounding);
  list.count = 0;
}

LIFEREEL_INLINE void sum_across_seam(const ForceField& field, Squad& targets, SeamList& list) {
  if (list.count == 0) return;
  const arithmetic::ForceConstants c = field.constants;
  Ints bits_y(0), bits_x(0);
  const auto begin = [&](std::int32_t i) __attribute__((always_inline)) {
    const std::int64_t j = list.first[i];
    return distance(Floats(load(field.y + j) + Float(list.offset_y[i])) - targets.y,
                    Floats(load(field.x + j) + Float(list.offset_x[i])) - targets.x);
  };
  const auto begin_first = [&]() __attribute__((always_inline)) { return begin(0); };
  const auto finish = [&](std::int32_t i, const Distance& d) __attribute__((always_inline)) {
    const Floats felt = arithmetic::coefficient(load_rows(targets.felt, list.first[i]),
                                                arithmetic::pair_shape(d.q, c));
    bits_y = bits_y + to_bits(felt * d.dy + Floats(c.rounding));
    bits_x = bits_x + to_bits(felt * d.dx + Floats(c.rounding));
  };
  in_two_stages(list.count, begin_first, begin, finish);
  add_quanta(targets.sum_y, bits_y, list.count, c.rounding);
  add_quanta(targets.sum_x, bits_x, list.count, c.rounding);
  list.count = 0;
}

LIFEREEL_INLINE std::int32_t least(std::int32_t a, std::int32_t b) { return a < b ? a : b; }
LIFEREEL_INLINE std::int32_t most(std::int32_t a, std::int32_t b) { return a > b ? a : b; }

class StripSum {
 public:
  StripSum(const ForceField& field, std::int32_t strip, std::int32_t* partial_y,
           std::int32_t* partial_x)
      : field_(field),
        strips_(*field.strips),
        strip_(strip),
        partial_y_(partial_y),
        partial_x_(partial_x) {}

  void run() {
    const std::int32_t end = start(strip_, strips_.columns);
    std::int32_t position = start(strip_, 0);
    std::int32_t next_look = position + targets_a_look;
    bool begun = false, cancelled = false;
    do {
      const std::int32_t chunk = position;
      const std::int32_t chunk_end = least(end, chunk + arithmetic::terms_per_partial_sum);
      while (position < chunk_end && !cancelled) {
        position += sum_squad(position, chunk_end - position, position - chunk);
        if (position < next_look) continue;
        next_look = position + targets_a_look;
        cancelled = field_.is_cancelled(field_);
      }
      write_sums(chunk, position, begun);
      begun = true;
    } while (position < end && !cancelled);
  }

 private:
  // Rare enough to cost nothing, and a fraction of a second where each reaches millions of others.
  static constexpr std::int32_t targets_a_look = 64;

  std::int32_t start(std::int32_t strip, std::int32_t column) const {
    return field_.start[strip * (strips_.columns + 1) + column];
  }

  // The columns that one of the present targets may reach in the strip `step` further down.
  struct Columns {
    std::int32_t from, to;
  };
  Columns columns(std::int32_t step) const {
    const std::int32_t* reach = strips_.column_reach.data();
    const std::int32_t columns = step < 0
                                     ? reach[-step * Strips::parts + Strips::parts - 1 - highest_]
                                     : reach[step * Strips::parts + (step == 0 ? 0 : lowest_)];
    return {first_column_ - columns, last_column_ + columns + 1};
  }

  // The targets from `position` on, as many as a squad holds of those that are left; returns how
  // many.
  std::int32_t sum_squad(std::int32_t position, std::int32_t left, std::int32_t in_chunk) {
    const std::int32_t first_place = strip_ * (strips_.columns + 1) * Strips::parts;
    Squad targets;
    Float y[squad], x[squad];
    std::int32_t count = 0;
    for (std::int32_t i = 0; i < squad; ++i) {
      // The place of a missing target is any, its row too.
      const std::int32_t place = field_.place[position + i] - first_place;
      const std::int32_t column = place / Strips::parts, part = place % Strips::parts;
      const std::int64_t row = field_.species[position + i] * field_.pitch;
      targets.felt[i] = field_.felt + row;
      targets.caused[i] = field_.caused + row;
      targets.sum_y[i] = targets.sum_x[i] = 0;
      if (i == 0) {
        first_column_ = column;
        lowest_ = highest_ = part;
      }
      // The published seam is one cell's, not another's.
      if (count == i && i < left &&
          (!strips_.published ||
           column / strips_.columns_a_cell == first_column_ / strips_.columns_a_cell)) {
        ++count;
        last_column_ = column;
        lowest_ = most(lowest_, part);
        highest_ = least(highest_, part);
      }
      y[i] = Float(i < count ? field_.y[position + i] : out_of_reach);
      x[i] = Float(i < count ? field_.x[position + i] : out_of_reach);
    }
    targets.y = four(y[0], y[1], y[2], y[3]);
    targets.x = four(x[0], x[1], x[2], x[3]);

    own_ = true;
    list_.first[0] = position;
    list_.count = 1;
    const Columns widest = columns(0);
    add(targets, position + lanes, start(strip_, least(widest.to, strips_.columns)));
    const std::int32_t last_step = least(strips_.reach, strips_.strips - 1 - strip_);
    for (std::int32_t step = 1; step <= last_step; ++step) {
      const Columns reached = columns(step);
      add(targets, start(strip_ + step, most(reached.from, 0)),
          start(strip_ + step, least(reached.to, strips_.columns)));
    }
    sum_listed(targets);
    if (widest.from < 0 || widest.to > strips_.columns || strip_ < strips_.reach ||
        strip_ + strips_.reach >= strips_.strips) {
      add_across_seam(targets);
      sum_across_seam(field_, targets, seam_list_);
    }
    memcpy(own_y_ + in_chunk, targets.sum_y, sizeof targets.sum_y);
    memcpy(own_x_ + in_chunk, targets.sum_x, sizeof targets.sum_x);
    return count;
  }

  void sum_listed(Squad& targets) {
    sum_both_ways(field_, targets, list_, own_, partial_y_, partial_x_);
    own_ = false;
  }

  void add(Squad& targets, std::int32_t from, std::int32_t to) {
    for (; from < to; from += lanes * lanes) {
      if (list_.count > CandidateList::capacity - lanes) sum_listed(targets);
      store(list_.first + list_.count, Int(from) + lane_numbers() * Int(lanes));
      list_.count += least(lanes, (to - from + lanes - 1) / lanes);
    }
  }

  void add_across_seam(Squad& targets, std::int32_t strip, std::int32_t from_column,
                       std::int32_t to_column, float offset_y, float offset_x) {
    const std::int32_t to = start(strip, to_column);
    for (std::int32_t from = start(strip, from_column); from < to; from += lanes * lanes) {
      if (seam_list_.count > CandidateList::capacity - lanes)
        sum_across_seam(field_, targets, seam_list_);
      store(seam_list_.first + seam_list_.count, Int(from) + lane_numbers() * Int(lanes));
      store(seam_list_.offset_y + seam_list_.count, Float(offset_y));
      store(seam_list_.offset_x + seam_list_.count, Float(offset_x));
      seam_list_.count += least(lanes, (to - from + lanes - 1) / lanes);
    }
  }

  // What is reached beyond a seam in one strip.
  void add_strip(Squad& targets, std::int32_t strip, Columns reached, float offset_y) {
    const std::int32_t count = strips_.columns, cell = strips_.columns_a_cell;
    const bool published = strips_.published;
    if (offset_y != 0.0f)
      add_across_seam(targets, strip, most(reached.from, 0), least(reached.to, count), offset_y, 0);
    if (published ? first_column_ < cell : reached.from < 0)
      add_across_seam(targets, strip, published ? count - cell : reached.from + count, count,
                      offset_y, -strips_.width);
    if (published ? last_column_ >= count - cell : reached.to > count)
      add_across_seam(targets, strip, 0, published ? cell : reached.to - count, offset_y,
                      strips_.width);
  }

  void add_across_seam(Squad& targets) {
    const std::int32_t count = strips_.strips, cell = strips_.strips_a_cell;
    for (std::int32_t step = -strips_.reach; step <= strips_.reach; ++step) {
      const std::int32_t strip = strip_ + step;
      if (strip >= 0 && strip < count)
        add_strip(targets, strip, columns(step), 0.0f);
      else if (!strips_.published)
        add_strip(targets, strip < 0 ? strip + count : strip - count, columns(step),
                  strip < 0 ? -strips_.height : strips_.height);
    }
    if (!strips_.published) return;
    // Strips beyond this seam are not in step with these: all of the cell there.
    for (std::int32_t strip = 0; strip < cell; ++strip) {
      if (strip_ < cell) add_strip(targets, count - 1 - strip, columns(0), -strips_.height);
      if (strip_ >= count - cell) add_strip(targets, strip, columns(0), strips_.height);
    }
  }

  // Moves partial sums to the layers, after at most terms_per_partial_sum targets.
  void write_sums(std::int32_t chunk, std::int32_t chunk_end, bool add) {
    for (std::int32_t step = 0; step <= strips_.reach && strip_ + step < strips_.strips; ++step) {
      const std::int64_t from = start(strip_ + step, 0), to = start(strip_ + step, strips_.columns);
      std::int64_t* layer = field_.layers + 2 * step * field_.layer_pitch;
      write_sums(layer + from, partial_y_ + from, to - from, add);
      write_sums(layer + field_.layer_pitch + from, partial_x_ + from, to - from, add);
    }
    for (std::int32_t position = chunk; position < chunk_end; ++position) {
      field_.layers[position] += own_y_[position - chunk];
      field_.layers[position + field_.layer_pitch] += own_x_[position - chunk];
    }
  }

  static void write_sums(std::int64_t* layer, std::int32_t* partial, std::int64_t count, bool add) {
    if (add)
      for (std::int64_t i = 0; i < count; ++i) layer[i] += partial[i];
    else
      for (std::int64_t i = 0; i < count; ++i) layer[i] = partial[i];
    memset(partial, 0, static_cast<unsigned long>(count) * sizeof *partial);
  }

  const ForceField& field_;
  const Strips& strips_;
  const std::int32_t strip_;
  std::int32_t* const partial_y_;
  std::int32_t* const partial_x_;
  std::int32_t first_column_ = 0, last_column_ = 0;  // of the present targets
  std::int32_t highest_ = 0, lowest_ = 0;            // and their parts of the strip
  bool own_ = false;
  CandidateList list_;
  SeamList seam_list_;
  std::int64_t own_y_[arithmetic::terms_per_partial_sum + squad];
  std::int64_t own_x_[arithmetic::terms_per_partial_sum + squad];
};

void sum_strip(const ForceField& field, std::int32_t strip, std::int32_t* partial_y,
               std::int32_t* partial_x) {
  StripSum(field, strip, partial_y, partial_x).run();
}

void add_splats(std::int32_t* splat, const std::int32_t* x, std::int32_t count,
                const std::int32_t* weights) {
  using Row = std::int32_t __attribute__((vector_size(32)));
  Row weight, row;
  memcpy(&weight, weights, sizeof weight);
  for (std::int32_t i = 0; i < count; ++i) {
    memcpy(&row, splat + x[i], sizeof row);
    row += weight;
    memcpy(splat + x[i], &row, sizeof row);
  }
}

float fade_row(float* trail, const std::int32_t* splat, std::int32_t count, float decay) {
  Float largest(0.0f);
  for (std::int32_t i = 0; i < count; i += lanes) {
    const Float faded = arithmetic::fade_and_add(load(trail + i), to_float(load(splat + i)), decay);
    store(trail + i, faded);
    largest = maximum(largest, faded);
  }
  return largest_lane(largest);
}

float fade_empty_row(float* trail, std::int32_t count, float decay) {
  Float largest(0.0f);
  for (std::int32_t i = 0; i < count; i += lanes) {
    const Float faded = arithmetic::fade_and_add(load(trail + i), Float(0.0f), decay);
    store(trail + i, faded);
    largest = maximum(largest, faded);
  }
  return largest_lane(largest);
}

template <bool limited>
void tone_pixels(const float* trail, std::uint8_t* luma, std::int32_t count, float scale) {
  constexpr std::int32_t block = 4 * lanes;
  const auto tone = [scale](const float* from, std::uint8_t* to) {
    const Floats pixels =
        four(load(from), load(from + lanes), load(from + 2 * lanes), load(from + 3 * lanes));
    store_bytes(to, arithmetic::gray_of(pixels, scale),
                [](Words gray) { return limited ? arithmetic::limited_range(gray) : gray; });
  };
  std::int32_t i = 0;
  for (; i + block <= count; i += block) tone(trail + i, luma + i);
  if (i < count) {
    float last_trail[block] = {};
    std::uint8_t last_luma[block];
    memcpy(last_trail, trail + i, static_cast<unsigned long>(count - i) * sizeof *trail);
    tone(last_trail, last_luma);
    memcpy(luma + i, last_luma, static_cast<unsigned long>(count - i));
  }
}

void tone_row(const float* trail, std::uint8_t* luma, std::int32_t count, float scale,
              bool limited_range) {
  if (limited_range)
    tone_pixels<true>(trail, luma, count, scale);
  else
    tone_pixels<false>(trail, luma, count, scale);
}

}  // namespace

extern const Kernels kernels;
const Kernels kernels = {sum_strip, add_splats, fade_row, fade_empty_row, tone_row};

}  // namespace lifereel::LIFEREEL_ISA
