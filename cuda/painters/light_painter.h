// SPDX-License-Identifier: GPL-2.0-or-later
// Looks in colour on the GPU: cuda/kernels/light_kernels.h, Note: [Light on the GPU]. Internal to
// cuda/.
#pragma once

#include <array>

#include "cuda/painters/block_weights.h"
#include "cuda/painters/device_toner.h"
#include "cuda/painters/glyph_painter.h"
#include "cuda/painters/painter.h"
#include "sim/arithmetic/constants.h"

namespace lifereel {

class LightPainter final : public ParticlePainter {
 public:
  /// The arrays must outlive it.
  LightPainter(const UniverseSettings& universe, const DeviceArrays& arrays,
               const Launcher& launcher)
      : settings_(universe),
        look_(universe.look),
        arrays_(arrays),
        light_(arrays.light),
        launcher_(launcher),
        glyphs_(universe, arrays.light, launcher),
        toner_(universe, arrays, launcher) {}

  static std::vector<cudaError_t> load() {
    std::vector<cudaError_t> results = {load_code<CountStarts, KeepPoints>(),
                                        load_code<CountStarts, SplatLight>(),
                                        load_code<Scatter, FadeLight>()};
    for (const auto& others : {GlyphPainter::load(), DeviceToner::load()})
      results.insert(results.end(), others.begin(), others.end());
    return results;
  }

  void fill() override {
    matrix_ = ColourMatrix::none;
    toner_.fill();
    if (look_.glyphs) glyphs_.fill();
  }

  void begin(const PictureTarget& target) override {
    const ColourMatrix matrix = matrix_of_light(target.colour.matrix, matrix_);
    if (matrix_ == ColourMatrix::none) upload_tables(matrix);
    matrix_ = matrix;
  }

  MovingSplats moving_splats(bool) const override { return {{}, nullptr, false}; }
  void queue_splats() const override {}

  void queue_sort_and_picture(const Sorting& sorting, const Drawing& drawing) const override {
    constexpr int count_threads = CountStarts::threads_per_block;
    const int threads = launcher_.threads;
    const bool glows = toner_.has_bloom() && drawing.tones();
    const bool bends = toner_.bends() && drawing.tones();
    const FadeLight fade = fade_kernel(glows && !look_.glyphs && !bends);
    if (drawing.fades) {
      const SplatLight splat = splat_kernel(drawing.earlier_steps);
      launcher_.queue_both(sorting.count, sorting.count_blocks, splat,
                           blocks_for(splat.threads(), count_threads), count_threads);
    } else {
      const KeepPoints keep = keep_kernel();
      launcher_.queue_both(
          sorting.count, sorting.count_blocks, keep,
          light_.kept_ways > 0 ? blocks_for(keep.points.count(), count_threads) : 0, count_threads);
    }
    const std::int64_t cells = std::int64_t{fade.base.width} * fade.base.height;
    launcher_.queue_both(
        sorting.scatter, sorting.scatter_blocks, fade,
        drawing.fades ? std::min(2 * launcher_.many_blocks, blocks_for(cells, threads)) : 0,
        threads);
    if (!drawing.fades) return;
    if (look_.glyphs) {
      launcher_.queue_both(white_kernel(), 1, DoubleLight(), 0, threads);
      glyphs_.queue_choice();
      if (drawing.tones()) glyphs_.queue_canvas(glows && !bends);
    }
    // Where glyphs are chosen by white, it is there.
    if (bends) toner_.queue_bend(drawn());
    toner_.queue_bloom(glows, white_kernel(), look_.glyphs ? 0 : 1);
    if (drawing.tones()) toner_.queue_tone(drawn(), drawing);
  }

  void copy_to(const PictureTarget& target, int picture, const Launcher& to_host) const override {
    toner_.copy_to(target, picture, to_host);
  }

  void save(Checkpoint& checkpoint) const override {
    checkpoint.trail_matrix = matrix_;
    const Drained drained{launcher_.stream};
    for (int c = 0; c < 3; ++c) {
      const Channel device = channel(c);
      std::vector<float>& values = *std::array{&checkpoint.trail, &checkpoint.trail_cb,
                                               &checkpoint.trail_cr}[static_cast<std::size_t>(c)];
      values.resize(static_cast<std::size_t>(device.width * device.height));
      launcher_.copy_rows(values.data(), device.width, device.samples, device.pitch, device.width,
                          device.height, cudaMemcpyDeviceToHost);
    }
    launcher_.copy(&checkpoint.white_bits, light_.white_bits, 1, cudaMemcpyDeviceToHost);
    launcher_.wait();
    checkpoint.glyphs.clear();
    if (look_.glyphs) glyphs_.save(checkpoint.glyphs);
  }

  void restore(const Checkpoint& checkpoint) override {
    const Drained drained{launcher_.stream};
    for (int c = 0; c < 3; ++c) {
      const Channel device = channel(c);
      const std::vector<float>& values =
          *std::array{&checkpoint.trail, &checkpoint.trail_cb,
                      &checkpoint.trail_cr}[static_cast<std::size_t>(c)];
      launcher_.copy_rows(device.samples, device.pitch, values.data(), device.width, device.width,
                          device.height, cudaMemcpyHostToDevice);
    }
    launcher_.copy(light_.white_bits, &checkpoint.white_bits, 1, cudaMemcpyHostToDevice);
    launcher_.wait();
    if (look_.glyphs) glyphs_.restore(checkpoint.glyphs);
    if (checkpoint.trail_matrix != ColourMatrix::none) upload_tables(checkpoint.trail_matrix);
    matrix_ = checkpoint.trail_matrix;
  }

 private:
  void upload_tables(ColourMatrix matrix) const {
    const LightTables tables = make_light_tables(settings_, matrix);
    const BlockWeightTable table(tables);
    const Exposure exposure = make_exposure(settings_, tables);
    const Drained drained{launcher_.stream};
    launcher_.upload(light_.weights, table.weights());
    launcher_.copy(light_.exposure, &exposure, 1, cudaMemcpyHostToDevice);
    launcher_.copy(light_.matrix, &tables.matrix, 1, cudaMemcpyHostToDevice);
    launcher_.wait();
  }

  // Luma, Cb and Cr on the device.
  struct Channel {
    float* samples;
    std::int64_t pitch, width, height;
  };
  Channel channel(int c) const {
    const LightImage& image = light_.image;
    if (c == 0) return {image.luma->v, image.pitch, image.width, image.height};
    return {(c == 1 ? image.cb : image.cr)->v, image.pitch / 2, image.width / 2, image.height / 2};
  }

  StepPoints step_points() const {
    StepPoints points;
    points.moving = arrays_.moving;
    points.image = light_.image;
    points.white_bits = light_.white_bits;
    points.particles = settings_.particles;
    points.points = points_a_step(settings_);
    points.bins = light_.table.bins;
    points.part_of_step = step_time(settings_) / static_cast<float>(points.points);
    points.colour_by = look_.colour_by;
    return points;
  }

  KeepPoints keep_kernel() const {
    KeepPoints keep;
    keep.points = step_points();
    keep.kept = light_.kept;
    keep.clock = arrays_.clock;
    return keep;
  }

  SplatLight splat_kernel(bool earlier_steps) const {
    SplatLight splat;
    splat.points = step_points();
    splat.kept = light_.kept;
    splat.kept_ways = earlier_steps ? light_.kept_ways : 0;
    splat.image = light_.image;
    splat.table = light_.table;
    splat.histogram = light_.histogram;
    return splat;
  }

  FadeLight fade_kernel(bool glows) const {
    FadeLight fade;
    fade.image = light_.image;
    fade.base = light_.levels.front();
    fade.histogram = light_.histogram;
    fade.decay = settings_.trail_decay;
    fade.hue = arithmetic::faded_hue(settings_.trail_decay, look_.colour_by == ColourBy::age);
    fade.has_bloom = glows;
    return fade;
  }

  /// Before any glass.
  const LightImage& drawn() const { return look_.glyphs ? light_.glyphs.canvas : light_.image; }

  FindWhite white_kernel() const {
    FindWhite find;
    find.histogram = light_.histogram;
    find.exposure = light_.exposure;
    find.white_bits = light_.white_bits;
    find.tone = light_.tone;
    return find;
  }

  const UniverseSettings& settings_;
  const LookSettings& look_;
  const DeviceArrays& arrays_;
  const LightArrays& light_;
  const Launcher launcher_;
  GlyphPainter glyphs_;
  const DeviceToner toner_;
  ColourMatrix matrix_ = ColourMatrix::none;  // none: nothing is drawn yet
};

}  // namespace lifereel
