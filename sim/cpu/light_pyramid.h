// SPDX-License-Identifier: GPL-2.0-or-later
// The light at a quarter of the picture's size and less: what glows, and what exposure goes by.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/cpu/light_kernels.h"
#include "sim/cpu/light_planes.h"
#include "sim/cpu/worker_pool.h"
#include "sim/light/light_tables.h"

namespace lifereel {

class LightPyramid {
 public:
  /// What is beside an edge: on a torus the opposite one, otherwise more of the same.
  enum class Edges { torus, open };

  /// Of planes of 2x2 blocks. With 0 levels (bloom_levels()) there is no bloom, only the histogram.
  LightPyramid(std::int32_t blocks_wide, std::int32_t blocks_high, int levels,
               const LightKernels& kernels, int threads, Edges edges = Edges::torus);

  /// Before a picture's light.
  void begin() noexcept;
  /// Two rows of blocks of each channel. A picture that nobody looks at has luma alone: no glow
  /// follows.
  struct BlockRows {
    const float *luma[2], *cb[2], *cr[2];
  };
  /// A row of the base and its part of the histogram. Threads may add rows of their own at the same
  /// time.
  void add_row(int thread, std::int32_t row, const BlockRows& blocks);
  /// A row of the base alone, of light that is shown in the place of what was counted.
  void set_row(int thread, std::int32_t row, const LightPlanes& light);
  void set_row(std::int32_t row, const BlockRows& blocks);
  /// After the last row.
  void end();
  void glow(WorkerPool& pool);
  /// What glows in a row of blocks' luma (or beyond its edges): the sum of all levels, samples of
  /// 4x4 pixels' sums. Writes whole blocks of vectors.
  void luma_row(std::int32_t block_row, float* to) const;
  /// What glows in the chroma of a row of blocks is these rows doubled.
  SampleRows cb_rows(std::int32_t block_row) const noexcept {
    return rows_for(base_[1], block_row);
  }
  SampleRows cr_rows(std::int32_t block_row) const noexcept {
    return rows_for(base_[2], block_row);
  }

  int levels() const noexcept { return levels_; }
  Edges edges() const noexcept { return edges_; }
  std::int32_t rows() const noexcept { return base_[0].height; }  ///< of the base
  /// Counts of 4x4 pixels' light from 1 on, by exposure_bin().
  const std::uint32_t* histogram() const noexcept { return histogram_.data(); }

 private:
  const float* row_of(const LightPlane& plane, std::int32_t row) const noexcept {
    return edges_ == Edges::torus ? plane.torus_row(row)
                                  : plane.row(std::clamp(row, 0, plane.height - 1));
  }
  SampleRows rows_for(const LightPlane& half, std::int32_t row) const noexcept {
    return {half.row(row / 2), row_of(half, row / 2 + (row % 2 == 0 ? -1 : 1)), half.width,
            edges_ == Edges::open};
  }

  const LightKernels& kernels_;
  int levels_;
  Edges edges_;
  LightPlane base_[3];  // a quarter of the size
  std::vector<LightPlane> smaller_[3];
  std::int32_t blocks_wide_, blocks_high_;
  std::vector<std::uint32_t> histogram_;

  struct Scratch {
    std::vector<float> row;
    std::vector<float> block_luma[2];
    std::vector<std::uint32_t> histograms;
  };
  std::vector<Scratch> scratch_;
};

}  // namespace lifereel
