// SPDX-License-Identifier: GPL-2.0-or-later
// From light to pictures on the GPU, whatever it is the light of: bulging glass, bloom, the tone
// curve. Internal to cuda/.
#pragma once

#include <algorithm>
#include <vector>

#include "cuda/kernels/tube_kernels.h"
#include "cuda/painters/painter.h"
#include "sim/light/blue_noise.h"
#include "sim/light/tube.h"
#include "sim/light/vignette.h"

namespace lifereel {

class DeviceToner {
 public:
  /// The arrays must outlive it.
  DeviceToner(const UniverseSettings& universe, const DeviceArrays& arrays,
              const Launcher& launcher)
      : settings_(universe),
        look_(universe.look),
        arrays_(arrays),
        light_(arrays.light),
        tube_(look_, universe.width, universe.height,
              static_cast<int>(arrays.pitch) - universe.width),
        launcher_(launcher) {}

  static std::vector<cudaError_t> load() {
    return {load_code<HalveLight>(),
            load_code<FindWhite, SpreadLight>(),
            load_code<FindWhite, DoubleLight>(),
            load_code<ToneLight<std::uint8_t>>(),
            load_code<ToneLight<std::uint16_t>>(),
            load_code<BendLight>()};
  }

  /// As DevicePainter's.
  void fill() const {
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
    launcher_.upload(light_.noise, noise);
    if (light_.grain != nullptr) launcher_.upload(light_.grain, grain.samples());
    if (light_.mask != nullptr) launcher_.upload(light_.mask, tube_.mask);
    if (look_.vignette > 0) {
      launcher_.upload(light_.vignette[0], pixels.columns);
      launcher_.upload(light_.vignette[1], pixels.rows);
      launcher_.upload(light_.vignette[2], blocks.columns);
      launcher_.upload(light_.vignette[3], blocks.rows);
    }
    launcher_.wait();
  }

  /// The base of the bloom is what glows in the light that is drawn; where glass bends it, what
  /// glows in that.
  bool has_bloom() const { return light_.levels.front().channel[1] != nullptr; }
  bool bends() const { return light_.bent.luma != nullptr; }

  void queue_bend(const LightImage& drawn) const {
    BendLight bend;
    bend.from = drawn;
    bend.to = light_.bent;
    bend.base = light_.levels.front();
    bend.pixels = tube_.pixels.barrel;
    bend.blocks = tube_.blocks.barrel;
    bend.has_bloom = has_bloom();
    launcher_.queue(bend, blocks_for(bend.threads(), launcher_.threads), launcher_.threads);
  }

  /// `white` goes beside small levels of bloom, or beside the largest, or alone where there
  /// is one level or none; in so many blocks, 1 or none.
  void queue_bloom(bool glows, const FindWhite& white, int white_blocks) const {
    const int threads = launcher_.threads;
    const auto& levels = light_.levels;
    const std::size_t small = glows ? SpreadLight::first_level(levels) : 0;
    for (std::size_t level = 1; level <= small; ++level) {
      HalveLight halve;
      halve.from = levels[level - 1];
      halve.to = levels[level];
      launcher_.queue(halve, blocks_for(halve.threads(), threads), threads);
    }
    if (glows && small + 1 < levels.size()) {
      SpreadLight spread{};
      std::copy(levels.begin() + static_cast<std::ptrdiff_t>(small), levels.end(), spread.level);
      spread.levels = static_cast<std::int32_t>(levels.size() - small);
      launcher_.queue_both(white, white_blocks, spread, SpreadLight::blocks,
                           SpreadLight::threads_per_block);
      white_blocks = 0;
    }
    for (std::size_t level = small; level > 0; --level) {
      DoubleLight twice;
      twice.from = levels[level];
      twice.to = levels[level - 1];
      launcher_.queue_both(white, level == 1 ? white_blocks : 0, twice,
                           blocks_for(twice.threads(), threads), threads);
    }
    if (small == 0) launcher_.queue_both(white, white_blocks, DoubleLight(), 0, threads);
  }

  /// Of the light that is drawn, before any glass.
  void queue_tone(const LightImage& drawn, const Drawing& drawing) const {
    if (sample_bytes(drawing.bit_depth) == 2)
      queue_tone_of<std::uint16_t>(drawn, drawing);
    else
      queue_tone_of<std::uint8_t>(drawn, drawing);
  }

  /// As DevicePainter's.
  void copy_to(const PictureTarget& target, int picture, const Launcher& to_host) const {
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

 private:
  template <class Sample>
  void queue_tone_of(const LightImage& drawn, const Drawing& drawing) const {
    ToneLight<Sample> tone;
    tone.image = bends() ? light_.bent : drawn;
    tone.glow = has_bloom() ? light_.levels.front() : LightLevel{};
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
};

}  // namespace lifereel
