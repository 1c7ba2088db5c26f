// SPDX-License-Identifier: GPL-2.0-or-later
// The last of drawing in light: planes of light to the samples of a picture. Internal to sim/cpu/.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cpu/light_planes.h"
#include "sim/cpu/light_pyramid.h"
#include "sim/cpu/row_bands.h"
#include "sim/cpu/worker_pool.h"
#include "sim/engine.h"
#include "sim/light/film_grain.h"
#include "sim/light/tube.h"
#include "sim/light/vignette.h"

namespace lifereel {

class PictureToner {
 public:
  PictureToner(const UniverseSettings& universe, const LightKernels& kernels, int threads);

  /// What one picture is toned with. `pyramid` holds what glows of this light, if anything does.
  struct Light {
    const LightPlanes& planes;
    const LightPyramid& pyramid;
    arithmetic::ToneConstants tone;
    arithmetic::MatrixConstants matrix;
    std::uint64_t frame;
  };
  /// Writes all planes of a valid target.
  void tone(const Light& light, const PictureTarget& target, WorkerPool& pool);

 private:
  struct Scratch {
    explicit Scratch(std::size_t pitch);
    std::vector<float> glow[4];  // luma's, by block row modulo 4
    std::vector<float> grain;
  };

  void tone_band(Scratch& scratch, const Light& light, const PictureTarget& target,
                 std::int32_t band) const;
  TonedRow toned_row(const PictureTarget& target, bool chroma, std::int32_t row) const;
  TubeRow tube_row(bool chroma, std::int32_t row) const;
  void tone_luma(Scratch& scratch, const Light& light, const PictureTarget& target,
                 std::int32_t row, const SampleRows& glow) const;
  void tone_chroma(const Light& light, const PictureTarget& target, std::int32_t block_row,
                   const float* glow_luma) const;

  const LookSettings look_;
  const LightKernels& kernels_;
  const std::int32_t width_, blocks_wide_;
  const RowBands bands_;
  const FilmGrain grain_;
  const Vignette vignette_, block_vignette_;
  const Tube tube_;
  std::vector<Scratch> scratch_;  // one a thread
};

}  // namespace lifereel
