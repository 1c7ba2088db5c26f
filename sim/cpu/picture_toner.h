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

/// What one picture is toned with.
struct PictureTone {
  arithmetic::ToneConstants constants;
  arithmetic::MatrixConstants matrix;
  std::uint64_t frame;
};

class PictureToner {
 public:
  PictureToner(const UniverseSettings& universe, const LightKernels& kernels, int threads);

  /// Writes all planes of a valid target. `pyramid` holds what glows of this light, if anything
  /// does.
  void tone(const LightSource& light, const LightPyramid& pyramid, const PictureTone& tone,
            const PictureTarget& target, WorkerPool& pool);

 private:
  struct Scratch {
    explicit Scratch(std::size_t pitch);
    std::vector<float> glow[4];  // luma's, by block row modulo 4
    std::vector<float> grain;
  };

  struct Picture {
    const LightSource& light;
    const LightPyramid& pyramid;
    const PictureTone& tone;
    const PictureTarget& target;
  };
  // A row's light, and luma that glows in it and beside it; null: nothing does.
  struct BlockRow {
    LightRows light;
    const float *above, *glow, *below;
  };

  void tone_band(int thread, const Picture& picture, std::int32_t band);
  TonedRow toned_row(const PictureTarget& target, bool chroma, std::int32_t row) const;
  TubeRow tube_row(bool chroma, std::int32_t row) const;
  void tone_luma(const Picture& picture, const BlockRow& from, std::int32_t row,
                 std::vector<float>& grain) const;
  void tone_chroma(const Picture& picture, const BlockRow& from, std::int32_t block_row) const;

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
