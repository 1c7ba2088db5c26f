// SPDX-License-Identifier: GPL-2.0-or-later
// Looks in colour on the GPU: cuda/kernels/light_kernels.h, Note: [Light on the GPU]. Internal to
// cuda/.
#pragma once

#include <array>

#include "cuda/kernels/tube_kernels.h"
#include "cuda/painters/block_weights.h"
#include "cuda/painters/glyph_painter.h"
#include "cuda/painters/painter.h"
#include "sim/arithmetic/constants.h"
#include "sim/light/blue_noise.h"
#include "sim/light/tube.h"
#include "sim/light/vignette.h"

namespace lifereel {

class LightPainter final : public DevicePainter {
 public:
  /// The arrays must outlive it.
  LightPainter(const UniverseSettings& universe, const DeviceArrays& arrays,
               const Launcher& launcher)
      : settings_(universe),
        look_(universe.look),
        arrays_(arrays),
        light_(arrays.light),
        tube_(look_, universe.width, universe.height,
              static_cast<int>(arrays.pitch) - universe.width),
        launcher_(launcher),
        glyphs_(universe, arrays.light, launcher) {}

  static std::vector<cudaError_t> load() {
    std::vector<cudaError_t> results = GlyphPainter::load();
    results.insert(results.end(),
                   {load_code<CountStarts, KeepPoints>(), load_code<CountStarts, SplatLight>(),
                    load_code<Scatter, FadeLight>(), load_code<HalveLight>(),
                    load_code<FindWhite, DoubleLight>(), load_code<ToneLight<std::uint8_t>>(),
                    load_code<ToneLight<std::uint16_t>>(), load_code<BendLight>()});
    return results;
  }

  void fill() override {
    matrix_ = ColourMatrix::none;
    constexpr int size = ToneStages::dither_size;
    std::vector<float> noise;
    for (int row = 0; row < size; ++row) {
      const float* const samples = look_.dither ? blue_noise_row(row) : half_row();
      noise.insert(noise.end(), samples, samples + size);
    }
    const FilmGrain grain(look_.grain);
    const int pitch = static_cast<int>(arrays_.pitch), width = settings_.width,
              height = settings_.height;
    const Vignette pixels(width, height, look_.vignette, pitch - width);
    const Vignette blocks(width / 2, height / 2, look_.vignette, pitch / 2 - width / 2);
    const Drained drained{launcher_.stream};
    upload(light_.noise, noise);
    if (light_.grain != nullptr) upload(light_.grain, grain.samples());
    if (light_.mask != nullptr) upload(light_.mask, tube_.mask);
    if (look_.vignette > 0) {
      upload(light_.vignette[0], pixels.columns);
      upload(light_.vignette[1], pixels.rows);
      upload(light_.vignette[2], blocks.columns);
      upload(light_.vignette[3], blocks.rows);
    }
    launcher_.wait();
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
    const bool glows = has_bloom() && drawing.tones();
    const bool bends = light_.bent.luma != nullptr && drawing.tones();
    const FadeLight fade = fade_kernel(glows && !look_.glyphs && !bends);
    if (drawing.fades) {
      const SplatLight splat = splat_kernel(drawing.earlier_steps);
      launcher_.queue_both(sorting.count, sorting.count_blocks, splat,
                           blocks_for(splat.threads(), count_threads), count_threads);
    } else {
      const KeepPoints keep = keep_kernel();
      launcher_.queue_both(
          sorting.count, sorting.count_blocks, keep,
          light_.kept_count > 0 ? blocks_for(keep.points.count(), count_threads) : 0,
          count_threads);
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
    if (bends) queue_bend(glows);
    queue_bloom_and_white(glows);
    if (!drawing.tones()) return;
    if (sample_bytes(drawing.bit_depth) == 2)
      queue_tone<std::uint16_t>(drawing);
    else
      queue_tone<std::uint8_t>(drawing);
  }

  void copy_to(const PictureTarget& target, int picture, const Launcher& to_host) const override {
    const auto& planes = light_.planes[static_cast<std::size_t>(picture)];
    const auto bytes_of = [&target](int samples) {
      return static_cast<std::size_t>(samples * sample_bytes(target.colour.bit_depth));
    };
    const auto height = static_cast<std::size_t>(settings_.height);
    to_host.copy_plane(target.planes[0], planes.luma, bytes_of(planes.pitch),
                       bytes_of(settings_.width), height);
    if (!target.has_chroma()) return;
    const std::size_t pitch = bytes_of(planes.chroma_pitch), width = bytes_of(settings_.width / 2);
    to_host.copy_plane(target.planes[1], planes.cb, pitch, width, height / 2);
    to_host.copy_plane(target.planes[2], planes.cr, pitch, width, height / 2);
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
  template <class T>
  void upload(T* to, const std::vector<T>& from) const {
    launcher_.copy(to, from.data(), from.size(), cudaMemcpyHostToDevice);
  }

  void upload_tables(ColourMatrix matrix) const {
    const LightTables tables = make_light_tables(settings_, matrix);
    const BlockWeightTable table(tables);
    const Exposure exposure = make_exposure(settings_, tables);
    const Drained drained{launcher_.stream};
    upload(light_.weights, table.weights());
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
    splat.kept_count = earlier_steps ? light_.kept_count : 0;
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

  void queue_bend(bool glows) const {
    BendLight bend;
    bend.from = drawn();
    bend.to = light_.bent;
    bend.base = light_.levels.front();
    bend.pixels = tube_.pixels.barrel;
    bend.blocks = tube_.blocks.barrel;
    bend.has_bloom = glows;
    launcher_.queue(bend, blocks_for(bend.threads(), launcher_.threads), launcher_.threads);
  }

  bool has_bloom() const { return light_.glow.channel[0] != nullptr; }

  FindWhite white_kernel() const {
    FindWhite find;
    find.histogram = light_.histogram;
    find.exposure = light_.exposure;
    find.white_bits = light_.white_bits;
    find.tone = light_.tone;
    return find;
  }

  // White goes with the last and largest of the bloom's launches, or alone; where glyphs are
  // chosen by it, before them.
  void queue_bloom_and_white(bool glows) const {
    const int threads = launcher_.threads;
    const std::size_t levels = glows ? light_.levels.size() : 1;
    for (std::size_t level = 1; level < levels; ++level) {
      HalveLight halve;
      halve.from = light_.levels[level - 1];
      halve.to = light_.levels[level];
      launcher_.queue(halve, blocks_for(halve.threads(), threads), threads);
    }
    for (std::size_t level = levels; level-- > 0;) {
      DoubleLight twice;
      twice.from = light_.levels[level];
      twice.to = level == 0 ? light_.glow : light_.levels[level - 1];
      twice.adds = level != 0;
      launcher_.queue_both(white_kernel(), level == 0 && !look_.glyphs ? 1 : 0, twice,
                           glows ? blocks_for(twice.threads(), threads) : 0, threads);
    }
  }

  template <class Sample>
  void queue_tone(const Drawing& drawing) const {
    ToneLight<Sample> tone;
    tone.image = light_.bent.luma != nullptr ? light_.bent : drawn();
    tone.glow = light_.glow;
    tone.tone = light_.tone;
    tone.matrix = light_.matrix;
    tone.stages = {};
    tone.stages.noise = light_.noise;
    if (look_.vignette > 0) {
      tone.stages.vignette_columns = light_.vignette[0];
      tone.stages.vignette_rows = light_.vignette[1];
      tone.stages.vignette_block_columns = light_.vignette[2];
      tone.stages.vignette_block_rows = light_.vignette[3];
    }
    tone.stages.grain = light_.grain;
    tone.stages.clock = arrays_.clock;
    tone.stages.mask = light_.mask;
    tone.stages.pixels_on_tube = tube_.pixels;
    tone.stages.blocks_on_tube = tube_.blocks;
    tone.stages.filmic = look_.tone == ToneCurve::filmic;
    const auto& planes = light_.planes[static_cast<std::size_t>(drawing.picture)];
    tone.planes = {reinterpret_cast<Sample*>(planes.luma), reinterpret_cast<Sample*>(planes.cb),
                   reinterpret_cast<Sample*>(planes.cr), planes.pitch, planes.chroma_pitch};
    tone.range = arithmetic::code_range(drawing.range == ColourRange::limited, drawing.bit_depth);
    launcher_.queue(tone, blocks_for(tone.threads(), launcher_.threads), launcher_.threads);
  }

  const UniverseSettings& settings_;
  const LookSettings& look_;
  const DeviceArrays& arrays_;
  const LightArrays& light_;
  const Tube tube_;
  const Launcher launcher_;
  GlyphPainter glyphs_;
  ColourMatrix matrix_ = ColourMatrix::none;  // none: nothing is drawn yet
};

}  // namespace lifereel
