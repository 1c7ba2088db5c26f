// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/arithmetic/constants.h"
#include "sim/cpu/glyph_screen.h"
#include "sim/cpu/kernel_choice.h"
#include "sim/cpu/painter.h"

namespace lifereel {
namespace {

constexpr std::size_t gray_pitch(int width) {
  return (static_cast<std::size_t>(width) + kernel_padding - 1) / kernel_padding * kernel_padding;
}

// Columns of the splat row left of pixel 0 and right of the last pixel, folded over the seam.
constexpr int splat_margin = 2;

// The published script's picture: a trail, toned by its brightest pixel.
class GrayPainter final : public Painter {
 public:
  GrayPainter(const UniverseSettings& universe, Isa isa, int threads)
      : settings_(universe), kernels_(kernels_for(isa)) {
    const auto height = static_cast<std::size_t>(universe.height);
    trail_pitch_ = gray_pitch(universe.width);
    trail_.assign(height * trail_pitch_, 0.0f);
    row_brightest_.assign(height, 0.0f);
    row_start_.resize(height + 1);
    row_pixels_.resize(static_cast<std::size_t>(universe.particles));
    splats_.resize(static_cast<std::size_t>(threads));
    for (auto& splat : splats_) splat.resize(trail_pitch_ + 2 * splat_margin + kernel_padding);
  }

  void pass(const ParticleView& particles, const ColourDescription&, WorkerPool& pool) override {
    clock_.begin();
    sort_by_row(particles);
    pool.run(settings_.height, rows_a_batch, [this](int thread, std::int32_t row) {
      fade_and_splat(splats_[static_cast<std::size_t>(thread)].data(), row);
    });
    clock_.end(&StageTimes::light);
  }

  void paint(const ParticleView& particles, const PictureTarget& target,
             WorkerPool& pool) override {
    pass(particles, target.colour, pool);
    const float brightest = *std::max_element(row_brightest_.begin(), row_brightest_.end());
    const float scale = arithmetic::tone_scale(brightest);
    pool.run(settings_.height, rows_a_batch,
             [this, &target, scale](int, std::int32_t row) { tone(target, row, scale); });
    draw_neutral_chroma(target, settings_.width, settings_.height);
    clock_.end(&StageTimes::tone);
  }

  void save(Checkpoint& checkpoint) const override {
    const auto width = static_cast<std::size_t>(settings_.width);
    checkpoint.trail.resize(width * row_brightest_.size());
    for (std::size_t row = 0; row < row_brightest_.size(); ++row)
      std::copy_n(trail_.data() + row * trail_pitch_, width, checkpoint.trail.data() + row * width);
  }

  void restore(const Checkpoint& checkpoint) override {
    const auto width = static_cast<std::size_t>(settings_.width);
    for (std::size_t row = 0; row < row_brightest_.size(); ++row) {
      const float* const from = checkpoint.trail.data() + row * width;
      std::copy_n(from, width, trail_.data() + row * trail_pitch_);
      row_brightest_[row] = *std::max_element(from, from + width);
    }
  }

 private:
  static constexpr std::int32_t rows_a_batch = 8;

  // The particles' pixel columns, row by row. Order within a row is free: splats are integers.
  void sort_by_row(const ParticleView& particles) {
    std::fill(row_start_.begin(), row_start_.end(), 0);
    particles.for_each([&, this](std::size_t i) {
      ++row_start_[static_cast<std::size_t>(
          arithmetic::pixel_of(particles.y[i], settings_.height))];
    });
    std::int32_t total = 0;
    for (auto& start : row_start_) total += std::exchange(start, total);
    particles.for_each([&, this](std::size_t i) {
      const auto row =
          static_cast<std::size_t>(arithmetic::pixel_of(particles.y[i], settings_.height));
      row_pixels_[static_cast<std::size_t>(row_start_[row]++)] =
          arithmetic::pixel_of(particles.x[i], settings_.width);
    });
    std::copy_backward(row_start_.begin(), row_start_.end() - 1, row_start_.end());
    row_start_[0] = 0;
  }

  // One row of the trail: what the particles of five rows around it splat there.
  void fade_and_splat(std::int32_t* splat, std::int32_t row) {
    const std::int32_t height = settings_.height, width = settings_.width;
    bool empty = true;
    for (std::int32_t dy = -2; dy <= 2; ++dy) {
      const auto source = static_cast<std::size_t>((row + dy + height) % height);
      const std::int32_t from = row_start_[source], count = row_start_[source + 1] - from;
      if (count == 0) continue;
      if (std::exchange(empty, false))
        std::memset(splat, 0, (trail_pitch_ + 2 * splat_margin + kernel_padding) * sizeof *splat);
      kernels_.add_splats(splat, row_pixels_.data() + from, count, splat_weights[std::abs(dy)]);
    }
    float* trail = trail_.data() + static_cast<std::size_t>(row) * trail_pitch_;
    float& brightest = row_brightest_[static_cast<std::size_t>(row)];
    if (empty) {
      if (brightest > 0.0f)
        brightest = kernels_.fade_empty_row(trail, width, settings_.trail_decay);
      return;
    }
    for (std::int32_t margin = 0; margin < splat_margin; ++margin) {
      splat[width + margin] += std::exchange(splat[margin], 0);
      splat[splat_margin + margin] += std::exchange(splat[splat_margin + width + margin], 0);
    }
    brightest = kernels_.fade_row(trail, splat + splat_margin, width, settings_.trail_decay);
  }

  void tone(const PictureTarget& target, std::int32_t row, float scale) const {
    const auto index = static_cast<std::size_t>(row);
    std::uint8_t* luma = target.planes[0].data + index * target.planes[0].stride_bytes;
    const bool limited = target.colour.range == ColourRange::limited;
    if (row_brightest_[index] > 0.0f)
      kernels_.tone_row(trail_.data() + index * trail_pitch_, luma, settings_.width, scale,
                        limited);
    else
      std::memset(luma, limited ? arithmetic::limited_range(0) : 0,
                  static_cast<std::size_t>(settings_.width));
  }

  const UniverseSettings settings_;
  const Kernels& kernels_;
  std::size_t trail_pitch_ = 0;  // floats from row to row, whole vectors
  std::vector<float> trail_, row_brightest_;
  std::vector<std::int32_t> row_start_, row_pixels_;
  std::vector<std::vector<std::int32_t>> splats_;  // a thread: one row of pixels and its margins
};

}  // namespace

std::unique_ptr<Painter> make_gray_painter(const UniverseSettings& universe, Isa isa, int threads) {
  return std::make_unique<GrayPainter>(universe, isa, threads);
}

std::size_t painter_memory_bytes(const UniverseSettings& s, int threads) {
  const auto height = static_cast<std::size_t>(s.height);
  const std::size_t pitch = gray_pitch(s.width);
  if (!s.look.draws_colour())
    return height * (pitch + 2) * 4 + static_cast<std::size_t>(threads) * pitch * 4;
  // Luma and two planes of a quarter of its samples; the pyramid: a sixteenth of luma's, or of all
  // three with what is smaller; points twice and their rows; scratch rows.
  const std::size_t luma = height * pitch * 4;
  const std::size_t planes = luma * 3 / 2, bloom = s.look.bloom > 0 ? luma / 4 : luma / 16;
  const std::size_t screen = s.look.glyphs ? GlyphScreen::memory_bytes(s, threads) : 0;
  const std::size_t bent = s.look.barrel > 0 ? planes : 0;
  return planes + bloom + screen + bent +
         static_cast<std::size_t>(s.particles) * static_cast<std::size_t>(points_a_frame(s)) * 12 +
         static_cast<std::size_t>(threads) * pitch * 128;
}

}  // namespace lifereel
