// SPDX-License-Identifier: GPL-2.0-or-later
// The look `published` on the GPU. Internal to cuda/.
#pragma once

#include "cuda/painters/painter.h"

namespace lifereel {

class GrayPainter final : public ParticlePainter {
 public:
  /// The arrays must outlive it.
  GrayPainter(const UniverseSettings& universe, const DeviceArrays& arrays,
              const Launcher& launcher)
      : settings_(universe), arrays_(arrays), gray_(arrays.gray), launcher_(launcher) {}

  static std::vector<cudaError_t> load() {
    return {load_code<SplatParticles>(), load_code<CountStarts, Fade>(),
            load_code<Scatter, Tone>()};
  }

  void fill() override {}
  void begin(const PictureTarget&) override {}

  MovingSplats moving_splats(bool draws) const override {
    return {splat_image(), gray_.brightest, draws};
  }

  void queue_splats() const override {
    SplatParticles splats;
    splats.moving = arrays_.moving.particle;
    splats.image = splat_image();
    splats.particles = settings_.particles;
    splats.brightest = gray_.brightest;
    launcher_.queue(splats, blocks_for(settings_.particles, launcher_.threads / 32),
                    launcher_.threads);
  }

  void queue_sort_and_picture(const Sorting& sorting, const Drawing& drawing) const override {
    const std::int64_t quads = arrays_.pixels / 4;
    Fade fade;
    fade.trail = gray_.trail;
    fade.splat = gray_.splat;
    fade.quads = static_cast<std::int32_t>(quads);
    fade.decay = settings_.trail_decay;
    fade.brightest = gray_.brightest;
    constexpr int threads = CountStarts::threads_per_block;
    launcher_.queue_both(
        sorting.count, sorting.count_blocks, fade,
        drawing.fades ? std::min(launcher_.many_blocks, blocks_for(quads, threads)) : 0, threads);

    Tone tone;
    tone.trail = gray_.trail;
    tone.luma = drawing.tones() ? gray_.luma[static_cast<std::size_t>(drawing.picture)] : nullptr;
    tone.quads = static_cast<std::int32_t>(quads);
    tone.brightest = gray_.brightest;
    tone.limited_range = drawing.range == ColourRange::limited;
    launcher_.queue_both(
        sorting.scatter, sorting.scatter_blocks, tone,
        drawing.tones() ? blocks_for(quads, launcher_.threads * Tone::quads_per_thread) : 0,
        launcher_.threads);
  }

  void copy_to(const PictureTarget& target, int picture, const Launcher& to_host) const override {
    to_host.copy_plane(target.planes[0], gray_.luma[static_cast<std::size_t>(picture)],
                       static_cast<std::size_t>(arrays_.pitch),
                       static_cast<std::size_t>(settings_.width),
                       static_cast<std::size_t>(settings_.height));
    draw_neutral_chroma(target, settings_.width, settings_.height);
  }

  void save(Checkpoint& checkpoint) const override {
    checkpoint.trail.resize(static_cast<std::size_t>(settings_.width) *
                            static_cast<std::size_t>(settings_.height));
    const Drained drained{launcher_.stream};
    launcher_.copy_rows(checkpoint.trail.data(), settings_.width, trail(), arrays_.pitch,
                        settings_.width, settings_.height, cudaMemcpyDeviceToHost);
    launcher_.wait();
  }

  void restore(const Checkpoint& checkpoint) override {
    const Drained drained{launcher_.stream};
    launcher_.copy_rows(trail(), arrays_.pitch, checkpoint.trail.data(), settings_.width,
                        settings_.width, settings_.height, cudaMemcpyHostToDevice);
    launcher_.wait();
  }

 private:
  float* trail() const { return reinterpret_cast<float*>(gray_.trail); }
  SplatImage splat_image() const {
    return {reinterpret_cast<std::int32_t*>(gray_.splat), settings_.height, settings_.width,
            static_cast<std::int32_t>(arrays_.pitch)};
  }

  const UniverseSettings& settings_;
  const DeviceArrays& arrays_;
  const GrayArrays& gray_;
  const Launcher launcher_;
};

}  // namespace lifereel
