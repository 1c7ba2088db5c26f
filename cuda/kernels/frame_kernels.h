// SPDX-License-Identifier: GPL-2.0-or-later
// The bodies of all kernels of a frame, as functions that run on the GPU and, in tests, on the
// host.
//
// Note: [A frame on the GPU]
// A frame in gray (in light: light_kernels.h) is three launches, each of which needs all of the one
// before:
//   MoveParticles  forces, integration, sorted -> moving; the next bucket and rank; splats
//   CountStarts    bucket counts -> where each bucket begins (and counts back to 0)
//    and Fade      trail = decay * trail + splat (and splat back to 0); the brightest pixel
//   Scatter        moving -> sorted, for the next frame
//    and Tone      trail -> luma
// Sorting and drawing have nothing to do with each other, so blocks of both run side by side.
// Ranks within a bucket are handed out as threads come, so the sorted order differs from run to
// run; no bit of the universe depends on it (sim/arithmetic/arithmetic.h, Note: [Force sums]).
#pragma once

#include <algorithm>
#include <bit>

#include "cuda/kernels/launch.h"
#include "cuda/kernels/strip_grid.h"

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
struct alignas(4) FourBytes {
  std::uint8_t v[4];
};

/// Particles wherever they lie.
struct Particles {
  Particle* particle;
  Velocity* velocity;
};

/// The cell list while it is built. `counts` has strips * columns entries; both counts are 0
/// whenever no particle is placed.
struct Buckets {
  StripGrid grid;
  std::int32_t* counts;
  /// All particles are added up in a few dozen strips, where additions to one place queue: so every
  /// strip has several, replica by replica, which blocks that run at the same time share out.
  std::int32_t* strip_counts;
  std::int32_t replicas;  ///< a power of two
  std::int32_t* starts;   ///< strips * columns + 1
  Place* places;          ///< of the particle at the same index of `moving`

  static std::int32_t replicas_for(std::int32_t strips) {
    constexpr std::int32_t most = 32, most_counts = 8192;  // CountStarts reads them all
    const std::int32_t fit = std::clamp(most_counts / strips, 1, most);
    return static_cast<std::int32_t>(std::bit_floor(static_cast<std::uint32_t>(fit)));
  }
  LIFEREEL_KERNEL std::int32_t strip_count_places() const { return replicas * grid.strips; }

  LIFEREEL_KERNEL void place(std::int32_t index, float y, float x, std::int32_t block) const {
    const std::int32_t strip = grid.strip_of(y);
    const std::int32_t bucket = strip * grid.columns + grid.column_of(x);
    places[index] = {bucket, atomic_add(&counts[bucket], 1)};
    atomic_add(&strip_counts[(block & (replicas - 1)) * grid.strips + strip], 1);
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
    atomic_add(&splat[row * pitch + column], weight(dy, dx));
  }
};

/// Bucket and rank of particles that did not come from MoveParticles. A thread a particle.
struct PlaceParticles : KernelBody {
  static constexpr const char* name = "PlaceParticles";
  const Particle* moving;
  Buckets buckets;
  std::int32_t particles;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    if (i < particles) buckets.place(i, moving[i].y, moving[i].x, thread.block);
  }
};

/// A block a strip: an exclusive scan over the strip's counts, begun at the number of particles in
/// the strips before it.
struct CountStarts : KernelBody {
  static constexpr const char* name = "CountStarts";
  Buckets buckets;
  std::int32_t particles;

  static constexpr int threads_per_block = 256;  // neither more nor less
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
      const std::int32_t together = threads_per_block / buckets.replicas;  // at one replica
      const std::int32_t* const replica = buckets.strip_counts + t / together * grid.strips;
      for (std::int32_t strip = t % together; strip < thread.block; strip += together)
        before += replica[strip];
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
  static constexpr const char* name = "Scatter";
  Particles moving, sorted;
  Buckets buckets;
  std::int32_t particles;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t i = thread.global();
    // CountStarts has read them in every block: back to 0 for MoveParticles.
    for (std::int32_t place = i; place < buckets.strip_count_places(); place += thread.all())
      buckets.strip_counts[place] = 0;
    if (i >= particles) return;
    const Place place = buckets.places[i];
    const std::int32_t to = buckets.starts[place.bucket] + place.rank;
    sorted.particle[to] = moving.particle[i];
    sorted.velocity[to] = moving.velocity[i];
  }
};

/// How far the universe is.
struct FrameClock {
  std::uint64_t frames;  ///< that are over
  std::int32_t steps;    ///< of the frame after them

  LIFEREEL_KERNEL void tick(std::int32_t steps_per_frame) {
    if (++steps < steps_per_frame) return;
    steps = 0;
    ++frames;
  }
};

/// Forces on a particle and its motion: `lanes` threads a particle. Each lane takes every lanes-th
/// candidate of a run, so that a crowd is shared out among threads and not left to one.
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
  FrameClock* clock;  ///< ticks
  std::int32_t steps_per_frame;
  std::int32_t* brightest;  ///< set to 0 for Fade
  bool draws;               ///< splat the particle where it has moved to

  static constexpr int phases = 4;
  static constexpr Scope scope = Scope::warp;
  static constexpr int group = lanes;
  struct Local {
    Particle particle;
    float velocity;             // of the lane's axis, y before x
    std::int64_t sum_y, sum_x;  // quanta
  };
  struct Shared {
    Run runs[StripGrid::most_runs];
    float row[32];  // of the matrix
    float moved[2];
  };

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local& local, Shared& shared) const {
    const std::int32_t i = thread.group_number(lanes), lane = thread.thread % lanes;
    if constexpr (phase == 0) {
      if (thread.block == 0 && thread.thread == 0) {
        if (draws) *brightest = 0;
        clock->tick(steps_per_frame);
      }
      local.sum_y = local.sum_x = 0;
    }
    if (i >= particles) return;
    if constexpr (phase == 0) {
      local.particle = sorted.particle[i];
      const Velocity velocity = sorted.velocity[i];
      local.velocity = lane == 0 ? velocity.y : velocity.x;
      for (std::int32_t k = lane; k < species_count; k += lanes)
        shared.row[k] = matrix[local.particle.species * species_count + k];
      if (buckets.grid.published)
        find_runs<true>(local.particle, shared, lane);
      else
        find_runs<false>(local.particle, shared, lane);
    } else if constexpr (phase == 1) {
      const std::int32_t runs = buckets.grid.runs_at(local.particle.x);
      for (std::int32_t r = 0; r < runs; ++r)
        add_run(local, shared.runs[r], shared.row, static_cast<std::uint32_t>(lane));
    } else if constexpr (phase == 2) {
      if (lane >= 2) return;  // a lane an axis
      float at = lane == 0 ? local.particle.y : local.particle.x, velocity = local.velocity;
      arithmetic::integrate(at, velocity, lane == 0 ? local.sum_y : local.sum_x,
                            lane == 0 ? buckets.grid.height : buckets.grid.width, motion);
      (lane == 0 ? moving.velocity[i].y : moving.velocity[i].x) = velocity;
      shared.moved[lane] = at;
    } else {
      const float y = shared.moved[0], x = shared.moved[1];
      if (lane == 0) {
        moving.particle[i] = {y, x, local.particle.species, local.particle.id};
        buckets.place(i, y, x, thread.block);
      }
      if (draws)
        for (std::int32_t pixel = lane; pixel < 25; pixel += lanes) image.add(pixel, y, x);
    }
  }

  template <int phase, class Combiner>
  LIFEREEL_KERNEL static void combine(Combiner& combiner) {
    if constexpr (phase == 1) {
      combiner.sum(&Local::sum_y);
      combiner.sum(&Local::sum_x);
    }
  }

 private:
  template <bool published>
  LIFEREEL_KERNEL void find_runs(const Particle& particle, Shared& shared,
                                 std::int32_t lane) const {
    constexpr std::int32_t strips = StripGrid::strips_in_reach;
    if (lane >= strips) return;
    const std::int32_t runs = buckets.grid.runs_at(particle.x);
    for (std::int32_t r = lane; r < runs; r += strips)
      shared.runs[r] = buckets.grid.run<published>(r, particle.y, particle.x, buckets.starts);
  }

  // Unsigned, because addresses and quotients are cheaper then.
  LIFEREEL_KERNEL void add_run(Local& local, const Run run, const float* row,
                               std::uint32_t lane) const {
    constexpr std::uint32_t width = lanes, most = arithmetic::terms_per_partial_sum * width;
    const auto end = static_cast<std::uint32_t>(run.to);
    for (auto from = static_cast<std::uint32_t>(run.from); from < end; from += most) {
      const std::uint32_t count = end - from < most ? end - from : most;
      const Particle* other = sorted.particle + (from + lane);
      std::int32_t sum_y = 0, sum_x = 0;
      const auto add = [&](const Particle& candidate) {
        const float dy = (candidate.y + run.offset_y) - local.particle.y;
        const float dx = (candidate.x + run.offset_x) - local.particle.x;
        const float c =
            arithmetic::pair_coefficient(dy * dy + dx * dx, row[candidate.species], force);
        sum_y += arithmetic::force_quanta(c, dy, force);
        sum_x += arithmetic::force_quanta(c, dx, force);
      };
      // Two on their way at once, and as often for every lane of the group: so they stay together.
      LIFEREEL_UNROLL(1)
      for (std::uint32_t turns = count / (2 * width); turns > 0; --turns, other += 2 * width) {
        const Particle first = other[0], second = other[width];
        add(first);
        add(second);
      }
      const std::uint32_t rest = count % (2 * width);
      if (lane < rest) add(other[0]);
      if (lane + width < rest) add(other[width]);
      local.sum_y += sum_y;
      local.sum_x += sum_x;
    }
  }
};

/// The splats of particles that did not come from MoveParticles. A warp a particle.
struct SplatParticles : KernelBody {
  static constexpr const char* name = "SplatParticles";
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
  static constexpr const char* name = "Fade";
  FourFloats* trail;
  FourInts* splat;
  std::int32_t quads;
  float decay;
  std::int32_t* brightest;  ///< bits of a float >= 0, which are ordered as integers

  static constexpr int phases = 3;
  static constexpr int most_warps = 16;
  struct Local {
    std::int32_t largest;
  };
  struct Shared {
    std::int32_t largest[most_warps];
  };

  template <int phase>
  LIFEREEL_KERNEL void run(const Thread& thread, Local& local, Shared& shared) const {
    if constexpr (phase == 0) {
      float largest = 0.0f;
      const auto fade = [&](std::int32_t i, FourFloats faded, const FourInts& added) {
        for (int k = 0; k < 4; ++k) {
          faded.v[k] =
              arithmetic::fade_and_add(faded.v[k], arithmetic::to_float(added.v[k]), decay);
          largest = arithmetic::maximum(largest, faded.v[k]);
        }
        trail[i] = faded;
        if ((added.v[0] | added.v[1] | added.v[2] | added.v[3]) != 0) splat[i] = {{0, 0, 0, 0}};
      };
      const std::int32_t all = thread.all();
      std::int32_t i = thread.global();
      for (; i + all < quads; i += 2 * all) {  // two on their way at once
        const FourFloats first = trail[i], second = trail[i + all];
        const FourInts first_splat = splat[i], second_splat = splat[i + all];
        fade(i, first, first_splat);
        fade(i + all, second, second_splat);
      }
      if (i < quads) fade(i, trail[i], splat[i]);
      local.largest = arithmetic::to_bits(largest);
    } else if constexpr (phase == 1) {
      if (thread.thread % 32 == 0) shared.largest[thread.thread / 32] = local.largest;
    } else {
      // All blocks queue for the one address: once each.
      if (thread.thread != 0) return;
      std::int32_t largest = shared.largest[0];
      for (std::int32_t warp = 1; warp < thread.threads / 32; ++warp)
        largest = shared.largest[warp] > largest ? shared.largest[warp] : largest;
      atomic_max(brightest, largest);
    }
  }

  template <int phase, class Combiner>
  LIFEREEL_KERNEL static void combine(Combiner& combiner) {
    if constexpr (phase == 0) combiner.maximum(&Local::largest);
  }
};

/// Trail to luma. A thread takes four pixels, and again a block's width further.
struct Tone : KernelBody {
  static constexpr const char* name = "Tone";
  const FourFloats* trail;
  FourBytes* luma;
  std::int32_t quads;
  const std::int32_t* brightest;
  bool limited_range;

  static constexpr std::int32_t quads_per_thread = 4;

  template <int>
  LIFEREEL_KERNEL void run(const Thread& thread, Local&, Shared&) const {
    const std::int32_t first = thread.block * thread.threads * quads_per_thread + thread.thread;
    FourFloats from[quads_per_thread];  // all on their way at once
    for (std::int32_t turn = 0; turn < quads_per_thread; ++turn)
      if (const std::int32_t i = first + turn * thread.threads; i < quads) from[turn] = trail[i];
    const float scale = arithmetic::tone_scale(arithmetic::from_bits(*brightest));
    for (std::int32_t turn = 0; turn < quads_per_thread; ++turn) {
      const std::int32_t i = first + turn * thread.threads;
      if (i >= quads) return;
      FourBytes bytes;
      for (int k = 0; k < 4; ++k) {
        const std::int32_t gray = arithmetic::gray_of(from[turn].v[k], scale);
        bytes.v[k] =
            static_cast<std::uint8_t>(limited_range ? arithmetic::limited_range(gray) : gray);
      }
      luma[i] = bytes;
    }
  }
};

}  // namespace lifereel
