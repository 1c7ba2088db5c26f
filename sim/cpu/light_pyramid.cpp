// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/light_pyramid.h"

#include <algorithm>

namespace lifereel {
namespace {

// Rows of a channel that a thread takes at once: what it halves it also doubles, mostly.
constexpr std::int32_t rows_a_batch = 16;
// Of a smaller level, waking another thread takes longer than the rows.
constexpr std::int32_t least_shared_samples = 1 << 14;

constexpr std::int32_t half(std::int32_t n) { return (n + 1) / 2; }

}  // namespace

LightPyramid::LightPyramid(std::int32_t blocks_wide, std::int32_t blocks_high, int levels,
                           const LightKernels& kernels, int threads, Edges edges)
    : kernels_(kernels),
      levels_(levels),
      edges_(edges),
      blocks_wide_(blocks_wide),
      blocks_high_(blocks_high) {
  for (int channel = 0; channel < 3; ++channel) {
    if (channel > 0 && levels_ == 0) break;
    std::int32_t width = half(blocks_wide), height = half(blocks_high);
    base_[channel] = LightPlane(width, height);
    for (int level = 1; level < levels_; ++level) {
      width = half(width);
      height = half(height);
      smaller_[channel].emplace_back(width, height);
    }
  }
  histogram_.resize(exposure_bins);
  scratch_.resize(static_cast<std::size_t>(threads));
  for (Scratch& scratch : scratch_) {
    scratch.row.resize(static_cast<std::size_t>(blocks_wide) + 2 * light_block);
    for (auto& sums : scratch.block_luma)
      sums.resize(static_cast<std::size_t>(whole_blocks(blocks_wide)) + light_block);
    scratch.histograms.resize(counted_apart * light_bins);
  }
}

void LightPyramid::begin() noexcept {
  for (Scratch& scratch : scratch_)
    std::fill(scratch.histograms.begin(), scratch.histograms.end(), 0);
}

void LightPyramid::add_row(int thread, std::int32_t row, const BlockRows& blocks) {
  set_row(row, blocks);
  kernels_.count_light(base_[0].row(row), base_[0].width,
                       scratch_[static_cast<std::size_t>(thread)].histograms.data());
}

void LightPyramid::set_row(int thread, std::int32_t row, const LightPlanes& light) {
  std::vector<float>* const sums = scratch_[static_cast<std::size_t>(thread)].block_luma;
  BlockRows blocks{};
  for (std::int32_t lower = 0; lower < 2; ++lower) {
    const std::int32_t block_row = std::min(2 * row + lower, blocks_high_ - 1);
    kernels_.halve_sums(light.luma.row(2 * block_row), light.luma.row(2 * block_row + 1),
                        2 * blocks_wide_, sums[lower].data(), blocks_wide_);
    blocks.luma[lower] = sums[lower].data();
    blocks.cb[lower] = light.cb.row(block_row);
    blocks.cr[lower] = light.cr.row(block_row);
  }
  set_row(row, blocks);
}

void LightPyramid::set_row(std::int32_t row, const BlockRows& blocks) {
  const float* const* const channels[3] = {blocks.luma, blocks.cb, blocks.cr};
  for (int channel = 0; channel < 3; ++channel) {
    const float* const* const rows = channels[channel];
    if (channel > 0 && (levels_ == 0 || rows[0] == nullptr)) break;
    kernels_.halve_sums(rows[0], rows[1], blocks_wide_, base_[channel].row(row),
                        base_[channel].width);
  }
}

void LightPyramid::end() {
  std::fill(histogram_.begin(), histogram_.end(), 0);
  for (const Scratch& scratch : scratch_)
    for (std::size_t apart = 0; apart < counted_apart; ++apart)
      for (std::size_t bin = 0; bin < histogram_.size(); ++bin)
        histogram_[bin] += scratch.histograms[apart * light_bins + bin + 1];
}

void LightPyramid::glow(WorkerPool& pool) {
  if (levels_ == 0) return;
  // Down: each level from the one before. Up: each adds what is smaller.
  const auto plane = [this](int channel, int level) -> LightPlane& {
    return level == 0 ? base_[channel] : smaller_[channel][static_cast<std::size_t>(level) - 1];
  };
  const auto scratch_row = [this](int thread) {
    return scratch_[static_cast<std::size_t>(thread)].row.data();
  };
  // work(thread, channel, row) for every row of a level.
  const auto run = [&](int level, auto&& work) {
    const std::int32_t rows = plane(0, level).height;
    const auto item = [&](int thread, std::int32_t i) { work(thread, i / rows, i % rows); };
    if (rows * plane(0, level).width >= least_shared_samples)
      return pool.run(3 * rows, rows_a_batch, item);
    for (std::int32_t i = 0; i < 3 * rows; ++i) item(0, i);
  };
  for (int level = 1; level < levels_; ++level) {
    run(level, [&](int thread, int channel, std::int32_t row) {
      const LightPlane& from = plane(channel, level - 1);
      LightPlane& to = plane(channel, level);
      const float* const rows[4] = {row_of(from, 2 * row - 1), row_of(from, 2 * row),
                                    row_of(from, 2 * row + 1), row_of(from, 2 * row + 2)};
      kernels_.halve(rows, from.width, edges_ == Edges::open, to.row(row), to.width,
                     scratch_row(thread));
    });
  }
  for (int level = levels_ - 2; level >= 0; --level) {
    run(level, [&](int, int channel, std::int32_t row) {
      kernels_.double_row(rows_for(plane(channel, level + 1), row), true,
                          plane(channel, level).row(row));
    });
  }
}

void LightPyramid::luma_row(std::int32_t block_row, float* to) const {
  const std::int32_t row = edges_ == Edges::torus ? (block_row + blocks_high_) % blocks_high_
                                                  : std::clamp(block_row, 0, blocks_high_ - 1);
  kernels_.double_row(rows_for(base_[0], row), false, to);
}

}  // namespace lifereel
