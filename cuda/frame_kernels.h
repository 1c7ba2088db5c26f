// SPDX-License-Identifier: GPL-2.0-or-later
// The bodies of all kernels of a frame, as functions that run on the GPU and, in tests, on the
// host.
//
// Note: [A frame on the GPU]
// Between frames, particles lie in `moving`, in the order of the last sort, and each knows its
// bucket and its rank there. A frame is:
//   CountStarts   bucket counts -> where each bucket begins (and counts back to 0)
//   Scatter       moving -> sorted
//   MoveParticles forces, integration, sorted -> moving; the next bucket and rank; splats
//   Fade          trail = decay * trail + splat (and splat back to 0); the brightest pixel
//   Tone          trail -> luma
// Ranks within a bucket are handed out as threads come, so the sorted order differs from run to
// run; no bit of the universe depends on it (sim/arithmetic.h, Note: [Force sums]).
#pragma once

#include "launch.h"
#include "strip_grid.h"

namespace lifereel {

/// One load or store of 16 bytes.
struct alignas(16) Particle {
  float y, x;  ///< pixels
  std::int32_t species, id;
};
struct alignas(8) Velocity {
  float y, x;
};
struct alignas(8) Place {
  std::int32_t bucket, rank;
};
struct alignas(16) FourFloats {
  float v[4];
};
struct alignas(16) FourInts {
  std::int32_t v[4];
};
struct alignas(16) SixteenBytes {
  std::uint8_t v[16];
};

/// Particles wherever they lie.
struct Particles {
  Particle* particle;
  Velocity* velocity;
};

/// The cell list while it is built. `counts` has strips * columns entries, `strip_counts` strips;
/// both are 0 whenever no particle is placed.
struct Buckets {
  StripGrid grid;
  std::int32_t* counts;
  std::int32_t* strip_counts;
  std::int32_t* starts;  ///< strips * columns + 1
  Place* places;         ///< of the particle at the same index of `moving`

  LIFEREEL_KERNEL void place(std::int32_t index, float y, float x) const {
    const std::int32_t strip = grid.strip_of(y);
    const std::int32_t bucket = strip * grid.columns + grid.column_of(x);
    places[index] = {bucket, atomic_add(&counts[bucket], 1)};
    atomic_add(&strip_counts[strip], 1);
  }
};

/// What particles have splatted since the last Fade: twentieths, pitch pixels from row to row.
struct SplatImage {
  std::int32_t* splat;
  std::int32_t height, width, pitch;

  /// Weight of the 5x5 kernel, in twentieths, at |dy| and |dx| of 0..2: 5 bits each.
  LIFEREEL_KERNEL static std::int32_t weight(std::int32_t dy, std::int32_t dx) {
    constexpr std::uint64_t weights = 20ull | 17ull << 5 | 6ull << 10 | 17ull << 15 | 12ull << 20 |
                                      4ull << 25 | 6ull << 30 | 4ull << 35 | 1ull << 40;
    const std::int32_t at = (dy < 0 ? -dy : dy) * 3 + (dx < 0 ? -dx : dx);
    return static_cast<std::int32_t>(weights >> (5 * at) & 31);
  }

  /// Pixel 0..24 of the splat of a particle at (y, x), wrapped on the torus.
  LIFEREEL_KERNEL void add(std::int32_t pixel, float y, float x) const {
    const std::int32_t dy = pixel / 5 - 2, dx = pixel % 5 - 2;
    std::int32_t row = arithmetic::pixel_of(y, height) + dy;
    std::int32_t column = arithmetic::pixel_of(x, width) + dx;
    row += row < 0 ? height : row >= height ? -height : 0;
    column += column < 0 ? width : column >= width ? -width : 0;
    atomic_add(&splat[static_cast<std::int64_t>(row) * pitch + column], weight(dy, dx));
  }
};

/// Bucket and rank of particles that did not come from MoveParticles. A thread a particle.
struct PlaceParticles : KernelBody {
  const Particle* moving;
  Buckets buckets;
  std::int32_t particles;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i < particles) buckets.place(i, moving[i].y, moving[i].x);
  }
};

/// A block a strip: an exclusive scan over the strip's counts, begun at the number of particles in
/// the strips before it.
struct CountStarts : KernelBody {
  Buckets buckets;
  std::int32_t particles;

  static constexpr int threads_per_block = 256;
  static constexpr int phases = 3;
  static constexpr std::int32_t part = 16;  // threads whose sums are added up by one
  struct Local {
    std::int32_t first, last;  // columns
  };
  struct Shared {
    std::int32_t own[threads_per_block], before[threads_per_block];
    std::int32_t own_part[threads_per_block / part], before_part[threads_per_block / part];
  };

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local& local, Shared& shared) const {
    const StripGrid& grid = buckets.grid;
    std::int32_t* const counts = buckets.counts + thread.block * grid.columns;
    const std::int32_t t = thread.thread;
    if constexpr (phase == 0) {
      const std::int32_t each = (grid.columns + thread.threads - 1) / thread.threads;
      local.first = t * each < grid.columns ? t * each : grid.columns;
      local.last = local.first + each < grid.columns ? local.first + each : grid.columns;
      std::int32_t sum = 0;
      for (std::int32_t column = local.first; column < local.last; ++column) sum += counts[column];
      shared.own[t] = sum;
      std::int32_t before = 0;
      for (std::int32_t strip = t; strip < thread.block; strip += thread.threads)
        before += buckets.strip_counts[strip];
      shared.before[t] = before;
    } else if constexpr (phase == 1) {
      if (t >= threads_per_block / part) return;
      std::int32_t own = 0, before = 0;
      for (std::int32_t i = t * part; i < (t + 1) * part; ++i) {
        own += shared.own[i];
        before += shared.before[i];
      }
      shared.own_part[t] = own;
      shared.before_part[t] = before;
    } else {
      std::int32_t start = 0;
      for (std::int32_t i = 0; i < threads_per_block / part; ++i) {
        start += shared.before_part[i];
        if (i < t / part) start += shared.own_part[i];
      }
      for (std::int32_t i = t / part * part; i < t; ++i) start += shared.own[i];
      std::int32_t* const starts = buckets.starts + thread.block * grid.columns;
      for (std::int32_t column = local.first; column < local.last; ++column) {
        starts[column] = start;
        start += counts[column];
        counts[column] = 0;
      }
      if (thread.block == thread.blocks - 1 && t == 0) buckets.starts[grid.buckets()] = particles;
    }
  }
};

/// Brings particles to their buckets. A thread a particle.
struct Scatter : KernelBody {
  Particles moving, sorted;
  Buckets buckets;
  std::int32_t particles;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    // CountStarts has read them in every block: back to 0 for MoveParticles.
    for (std::int32_t strip = i; strip < buckets.grid.strips; strip += thread.all())
      buckets.strip_counts[strip] = 0;
    if (i >= particles) return;
    const Place place = buckets.places[i];
    const std::int32_t to = buckets.starts[place.bucket] + place.rank;
    sorted.particle[to] = moving.particle[i];
    sorted.velocity[to] = moving.velocity[i];
  }
};

/// Forces on a particle and its motion: `lanes` threads a particle. Each lane takes every lanes-th
/// candidate of every run, so that a crowd is shared out among threads and not left to one.
template <int lanes>
struct MoveParticles : KernelBody {
  Particles sorted, moving;
  Buckets buckets;
  SplatImage image;
  const float* matrix;  ///< K x K, row: the particle's species
  std::int32_t species_count;
  std::int32_t particles;
  arithmetic::ForceConstants force;
  arithmetic::MotionConstants motion;
  std::int32_t* brightest;  ///< set to 0 for Fade
  bool draws;               ///< splat the particle where it has moved to

  static constexpr int phases = 4;
  static constexpr Scope scope = Scope::warp;
  static constexpr int group = lanes;
  struct Local {
    Particle particle;
    std::int64_t candidates;    // of the lane's runs, then of all
    std::int64_t sum_y, sum_x;  // quanta
  };
  struct Shared {
    Run runs[StripGrid::most_runs];
    float row[32];  // of the matrix
    float y, x;
  };

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local& local, Shared& shared) const {
    const std::int32_t i = thread.group_number(lanes), lane = thread.thread % lanes;
    if constexpr (phase == 0) {
      if (thread.block == 0 && thread.thread == 0 && draws) *brightest = 0;
      local.sum_y = local.sum_x = local.candidates = 0;
    }
    if (i >= particles) return;
    if constexpr (phase == 0) {
      local.particle = sorted.particle[i];
      for (std::int32_t r = lane; r < StripGrid::most_runs; r += lanes) {
        const Run run = buckets.grid.run(r, local.particle.y, local.particle.x, buckets.starts);
        shared.runs[r] = run;
        local.candidates += run.to - run.from;
      }
      for (std::int32_t k = lane; k < species_count; k += lanes)
        shared.row[k] = matrix[local.particle.species * species_count + k];
    } else if constexpr (phase == 1) {
      add_candidates(local, shared, lane);
    } else if constexpr (phase == 2) {
      // One lane an axis.
      if (lane == 0) {
        Velocity& velocity = moving.velocity[i];
        float v = sorted.velocity[i].y, y = local.particle.y;
        arithmetic::integrate(y, v, local.sum_y, buckets.grid.height, motion);
        velocity.y = v;
        shared.y = y;
      } else if (lane == 1) {
        Velocity& velocity = moving.velocity[i];
        float v = sorted.velocity[i].x, x = local.particle.x;
        arithmetic::integrate(x, v, local.sum_x, buckets.grid.width, motion);
        velocity.x = v;
        shared.x = x;
      }
    } else {
      if (lane == 0) {
        moving.particle[i] = {shared.y, shared.x, local.particle.species, local.particle.id};
        buckets.place(i, shared.y, shared.x);
      }
      if (draws)
        for (std::int32_t pixel = lane; pixel < 25; pixel += lanes)
          image.add(pixel, shared.y, shared.x);
    }
  }

  template <int phase, class Combiner>
  LIFEREEL_KERNEL static void combine(Combiner& combiner) {
    if constexpr (phase == 0) combiner.sum(&Local::candidates);
    if constexpr (phase == 1) {
      combiner.sum(&Local::sum_y);
      combiner.sum(&Local::sum_x);
    }
  }

 private:
  // The runs end to end, every lanes-th candidate: a lane that is past the end of one run is as far
  // into the next.
  LIFEREEL_KERNEL void add_candidates(Local& local, const Shared& shared, std::int32_t lane) const {
    if (local.candidates <= lane) return;
    std::int64_t left = (local.candidates - lane + lanes - 1) / lanes;
    const Run* next = shared.runs;
    Run run = *next;
    std::int32_t j = run.from + lane;
    while (left > 0) {
      std::int32_t part = left < arithmetic::terms_per_partial_sum
                              ? static_cast<std::int32_t>(left)
                              : arithmetic::terms_per_partial_sum;
      left -= part;
      std::int32_t part_y = 0, part_x = 0;
      do {
        while (j >= run.to) {
          const std::int32_t beyond = j - run.to;
          run = *++next;
          j = run.from + beyond;
        }
        const Particle other = sorted.particle[j];
        j += lanes;
        const float dy = (other.y + run.offset_y) - local.particle.y;
        const float dx = (other.x + run.offset_x) - local.particle.x;
        const float c =
            arithmetic::pair_coefficient(dy * dy + dx * dx, shared.row[other.species], force);
        part_y += arithmetic::force_quanta(c, dy, force);
        part_x += arithmetic::force_quanta(c, dx, force);
      } while (--part > 0);
      local.sum_y += part_y;
      local.sum_x += part_x;
    }
  }
};

/// The splats of particles that did not come from MoveParticles. A warp a particle.
struct SplatParticles : KernelBody {
  const Particle* moving;
  SplatImage image;
  std::int32_t particles;
  std::int32_t* brightest;  ///< set to 0 for Fade

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    if (thread.block == 0 && thread.thread == 0) *brightest = 0;
    const std::int32_t i = thread.group_number(32), pixel = thread.thread % 32;
    if (i < particles && pixel < 25) image.add(pixel, moving[i].y, moving[i].x);
  }
};

/// Fades the trail and adds the splats; finds the brightest pixel. Threads take four pixels at a
/// time. Rows' padding is never splatted and stays dark.
struct Fade : KernelBody {
  FourFloats* trail;
  FourInts* splat;
  std::int64_t quads;
  float decay;
  std::int32_t* brightest;  ///< bits of a float >= 0, which are ordered as integers

  static constexpr int phases = 2;
  static constexpr Scope scope = Scope::warp;
  struct Local {
    std::int32_t largest;
  };

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local& local, Shared&) const {
    if constexpr (phase == 0) {
      float largest = 0.0f;
      for (std::int64_t i = thread.global(); i < quads; i += thread.all()) {
        FourFloats faded = trail[i];
        const FourInts added = splat[i];
        for (int k = 0; k < 4; ++k) {
          faded.v[k] =
              arithmetic::fade_and_add(faded.v[k], arithmetic::to_float(added.v[k]), decay);
          largest = arithmetic::maximum(largest, faded.v[k]);
        }
        trail[i] = faded;
        if ((added.v[0] | added.v[1] | added.v[2] | added.v[3]) != 0) splat[i] = {{0, 0, 0, 0}};
      }
      local.largest = arithmetic::to_bits(largest);
    } else {
      if (thread.thread % 32 == 0) atomic_max(brightest, local.largest);
    }
  }

  template <int phase, class Combiner>
  LIFEREEL_KERNEL static void combine(Combiner& combiner) {
    if constexpr (phase == 0) combiner.maximum(&Local::largest);
  }
};

/// Trail to luma. A thread sixteen pixels.
struct Tone : KernelBody {
  const FourFloats* trail;
  SixteenBytes* luma;
  std::int64_t sixteens;
  const std::int32_t* brightest;
  bool limited_range;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int64_t i = thread.global();
    if (i >= sixteens) return;
    const float scale = arithmetic::tone_scale(arithmetic::from_bits(*brightest));
    SixteenBytes bytes;
    for (int quad = 0; quad < 4; ++quad) {
      const FourFloats from = trail[4 * i + quad];
      for (int k = 0; k < 4; ++k) {
        const std::int32_t gray = arithmetic::gray_of(from.v[k], scale);
        bytes.v[4 * quad + k] =
            static_cast<std::uint8_t>(limited_range ? arithmetic::limited_range(gray) : gray);
      }
    }
    luma[i] = bytes;
  }
};

}  // namespace lifereel
