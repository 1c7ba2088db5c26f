// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <memory>
#include <utility>

#include "sim/arithmetic/constants.h"
#include "sim/cpu/kernel_choice.h"
#include "sim/cpu/light_stages.h"
#include "sim/cpu/painter.h"
#include "sim/cpu/splat_ring.h"
#include "sim/light/light_tables.h"

namespace lifereel {
namespace {

class LightPainter final : public Painter {
 public:
  LightPainter(const UniverseSettings& universe, Isa isa, int threads)
      : settings_(universe),
        look_(settings_.look),
        kernels_(light_kernels_for(isa)),
        blocks_wide_(universe.width / 2),
        blocks_high_(universe.height / 2),
        light_(universe.width, universe.height),
        stages_(universe, isa, threads, clock_),
        bands_(blocks_high_, threads),
        row_lit_(static_cast<std::size_t>(blocks_high_), 0) {
    row_start_.resize(static_cast<std::size_t>(universe.height) + 1);
    points_.resize(static_cast<std::size_t>(universe.particles) *
                   static_cast<std::size_t>(points_a_frame(universe)));
    point_rows_.resize(points_.size());
    unsorted_points_.resize(points_.size());
    if (look_.glyphs)
      cells_ = std::make_unique<LitCells>(stages_.screen()->grid(), light_, isa,
                                          look_.tone == ToneCurve::filmic, threads);
    const auto width = static_cast<std::size_t>(light_.luma.pitch);
    for (int thread = 0; thread < threads; ++thread) scratch_.emplace_back(universe.width, width);
  }

  void begin_frame() noexcept override { points_added_ = 0; }
  bool has_added() const noexcept override { return points_added_ > 0; }

  // Order within a row is free: splats are integers.
  void add(const ParticleView& particles) override {
    if (points_added_ == 0) std::fill(row_start_.begin(), row_start_.end(), 0);
    const auto height = static_cast<float>(settings_.height);
    const auto width = static_cast<float>(settings_.width);
    // Points of one particle lie apart in the list: each waits for what was last added near it.
    const std::size_t first = points_added_;
    particles.for_each(
        [&](std::size_t i) { add_point(particles.y[i], particles.x[i], bin_of(particles, i)); });
    const int points = points_a_step(settings_);
    const float part = step_time(settings_) / static_cast<float>(points);
    for (int s = 1; s < points; ++s) {
      const float back = part * static_cast<float>(s);
      std::size_t particle = first;
      particles.for_each([&](std::size_t i) {
        const float y = arithmetic::wrap(particles.y[i] - particles.vy[i] * back, height);
        const float x = arithmetic::wrap(particles.x[i] - particles.vx[i] * back, width);
        add_point(y, x, unsorted_points_[particle++] >> point_bin_shift);
      });
    }
  }

  void paint(const ParticleView& particles, const PictureTarget& target,
             WorkerPool& pool) override {
    clock_.begin();
    fade_and_add(particles, target.colour, stages_.glows_as_drawn(), pool);
    clock_.end(&StageTimes::light);
    const PictureTone tone{tone_at(exposure_, white_bits_), tables_.matrix, particles.frame};
    if (cells_ != nullptr) {
      cells_->begin(tone.constants);
      stages_.show(*cells_, tone, target, pool);
    } else {
      stages_.show(light_, tone, target, pool);
    }
  }

  void pass(const ParticleView& particles, const ColourDescription& colour,
            WorkerPool& pool) override {
    clock_.begin();
    fade_and_add(particles, colour, false, pool);
    clock_.end(&StageTimes::light);
    if (cells_ == nullptr) return;
    cells_->begin(tone_at(exposure_, white_bits_));
    stages_.screen()->choose(*cells_, pool);
    clock_.end(&StageTimes::glyphs);
  }

  void save(Checkpoint& checkpoint) const override {
    light_.luma.copy_to(checkpoint.trail);
    light_.cb.copy_to(checkpoint.trail_cb);
    light_.cr.copy_to(checkpoint.trail_cr);
    checkpoint.trail_matrix = matrix_;
    checkpoint.white_bits = white_bits_;
    checkpoint.glyphs.clear();
    if (cells_ != nullptr) stages_.screen()->save(checkpoint.glyphs);
  }

  void restore(const Checkpoint& checkpoint) override {
    light_.luma.copy_from(checkpoint.trail);
    light_.cb.copy_from(checkpoint.trail_cb);
    light_.cr.copy_from(checkpoint.trail_cr);
    matrix_ = checkpoint.trail_matrix;
    if (matrix_ != ColourMatrix::none) make_tables(matrix_);
    white_bits_ = checkpoint.white_bits;
    if (cells_ != nullptr) stages_.screen()->restore(checkpoint.glyphs);
    std::fill(row_lit_.begin(), row_lit_.end(), 1);
    for (std::int32_t row = 0; row < blocks_high_; ++row)
      fade(scratch_[0], row, {}, 1.0f, arithmetic::faded_hue(1.0f, false));
  }

 private:
  struct Scratch {
    Scratch(std::int32_t columns, std::size_t pitch) : splats(columns) {
      for (auto& row : block_luma) row.resize(pitch);
    }
    SplatRing splats;
    std::vector<float> block_luma[2];  // by block row, even and odd
  };

  // Fades what was there, adds the points, and measures the light.
  void fade_and_add(const ParticleView& particles, const ColourDescription& colour, bool glows,
                    WorkerPool& pool) {
    keep_to(colour.matrix);
    add(particles);
    sort_points();
    LightPyramid& pyramid = stages_.pyramid();
    pyramid.begin();
    pool.run(bands_.count(), 1,
             [this, glows](int thread, std::int32_t band) { fade_band(thread, band, glows); });
    pyramid.end();
    white_bits_ = next_white(exposure_, pyramid.histogram(), white_bits_);
  }

  void keep_to(ColourMatrix wanted) {
    const ColourMatrix matrix = matrix_of_light(wanted, matrix_);
    if (matrix_ == ColourMatrix::none) make_tables(matrix);
    matrix_ = matrix;
  }

  void make_tables(ColourMatrix matrix) {
    tables_ = make_light_tables(settings_, matrix);
    exposure_ = make_exposure(settings_, tables_);
  }

  std::int32_t bin_of(const ParticleView& particles, std::size_t i) const {
    if (look_.colour_by == ColourBy::speed)
      return arithmetic::speed_bin(particles.vy[i], particles.vx[i], bins_);
    if (look_.colour_by == ColourBy::density) {
      const std::int32_t y = arithmetic::pixel_of(particles.y[i], settings_.height);
      const std::int32_t x = arithmetic::pixel_of(particles.x[i], settings_.width);
      return arithmetic::density_bin(light_.luma.row(y)[x], white_bits_, bins_);
    }
    return particles.species[i];
  }

  void add_point(float y, float x, std::int32_t bin) {
    const std::int32_t row = arithmetic::pixel_of(y, settings_.height);
    ++row_start_[static_cast<std::size_t>(row)];
    point_rows_[points_added_] = row;
    unsorted_points_[points_added_++] =
        bin << point_bin_shift | arithmetic::pixel_of(x, settings_.width);
  }

  // The frame's points, by pixel row.
  void sort_points() {
    std::int32_t total = 0;
    for (auto& start : row_start_) total += std::exchange(start, total);
    for (std::size_t i = 0; i < points_added_; ++i)
      points_[static_cast<std::size_t>(row_start_[static_cast<std::size_t>(point_rows_[i])]++)] =
          unsorted_points_[i];
    std::copy_backward(row_start_.begin(), row_start_.end() - 1, row_start_.end());
    row_start_[0] = 0;
    points_added_ = 0;
  }

  struct Points {
    const std::int32_t* first;
    std::int32_t count;
  };
  Points points_of(std::int32_t row) const {
    const std::int32_t height = settings_.height;
    const auto source = static_cast<std::size_t>((row % height + height) % height);
    return {points_.data() + row_start_[source], row_start_[source + 1] - row_start_[source]};
  }

  // Bands' first and last rows are splatted twice.
  void fade_band(int thread, std::int32_t band, bool glows) {
    Scratch& scratch = scratch_[static_cast<std::size_t>(thread)];
    SplatRing& splats = scratch.splats;
    const std::int32_t first = bands_.first_row_of(band), end = bands_.first_row_of(band + 1);
    const std::int32_t radius = tables_.radius;
    const auto hue = arithmetic::faded_hue(settings_.trail_decay, look_.colour_by == ColourBy::age);
    std::int32_t pixel_row = 2 * first - radius;
    for (std::int32_t row = first - radius; row < end; ++row) {
      for (; pixel_row <= SplatRing::last_row_of(row, radius); ++pixel_row) {
        const Points points = points_of(pixel_row);
        if (points.count > 0) splats.add(kernels_, tables_, pixel_row, points.first, points.count);
      }
      if (row < first) {
        splats.drop(row);
        continue;
      }
      fade(scratch, row, splats.take(tables_, row), settings_.trail_decay, hue);
      if (row % 2 == 1 || row + 1 == blocks_high_)
        stages_.pyramid().add_row(thread, row / 2, block_rows(scratch, row / 2 * 2, row, glows));
    }
    for (std::int32_t row = end; row <= end + radius; ++row) splats.drop(row);
  }

  LightPyramid::BlockRows block_rows(const Scratch& scratch, std::int32_t upper, std::int32_t lower,
                                     bool glows) const {
    LightPyramid::BlockRows rows{};
    const std::int32_t block_row[2] = {upper, lower};
    for (int i = 0; i < 2; ++i) {
      rows.luma[i] = scratch.block_luma[block_row[i] % 2].data();
      if (!glows) continue;
      rows.cb[i] = light_.cb.row(block_row[i]);
      rows.cr[i] = light_.cr.row(block_row[i]);
    }
    return rows;
  }

  // One row of blocks, two of pixels.
  void fade(Scratch& scratch, std::int32_t block_row, const SplatRow& splat, float decay,
            arithmetic::FadedHue hue) {
    char& lit = row_lit_[static_cast<std::size_t>(block_row)];
    std::vector<float>& block_luma = scratch.block_luma[block_row % 2];
    if (splat.chroma == nullptr && lit == 0) {
      std::fill(block_luma.begin(), block_luma.end(), 0.0f);
      return;
    }
    FadedRows rows{};
    for (int odd = 0; odd < 2; ++odd) rows.luma[odd] = light_.luma.row(2 * block_row + odd);
    rows.cb = light_.cb.row(block_row);
    rows.cr = light_.cr.row(block_row);
    rows.block_luma = block_luma.data();
    rows.splat = splat;
    rows.is_far = light_.is_far();
    lit = kernels_.fade_blocks(rows, blocks_wide_, decay, hue) > 0.0f;
  }

  const UniverseSettings settings_;
  const LookSettings& look_;
  const LightKernels& kernels_;
  const std::int32_t blocks_wide_, blocks_high_;
  ColourMatrix matrix_ = ColourMatrix::none;  // none: nothing is drawn yet
  const int bins_ = colour_bins(settings_);   // from the first step on, when tables_ is not made
  LightTables tables_;
  Exposure exposure_{};
  LightPlanes light_;
  LightStages stages_;
  std::unique_ptr<LitCells> cells_;  // of a look in characters
  const RowBands bands_;
  std::int32_t white_bits_ = 0;
  std::vector<char> row_lit_;     // by row of blocks: whether there is any light
  std::size_t points_added_ = 0;  // since the last picture
  std::vector<std::int32_t> row_start_, points_, point_rows_, unsorted_points_;
  std::vector<Scratch> scratch_;  // one a thread
};

}  // namespace

std::unique_ptr<Painter> make_light_painter(const UniverseSettings& universe, Isa isa,
                                            int threads) {
  return std::make_unique<LightPainter>(universe, isa, threads);
}

}  // namespace lifereel
