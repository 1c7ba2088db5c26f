// SPDX-License-Identifier: GPL-2.0-or-later
// Light by rows, as kernels read and write it. Internal to sim/cpu/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/cpu/light_kernels.h"

namespace lifereel {

/// Samples of a row of so many, rounded up to whole blocks.
constexpr std::int32_t whole_blocks(std::int32_t count) noexcept {
  return (count + light_block - 1) / light_block * light_block;
}

/// Rows of samples, each whole blocks long, so that vectors may run over. After the last row there
/// is room for one block more: whole blocks of chroma read two of luma, of which the second may be
/// the next row's.
struct LightPlane {
  std::int32_t width = 0, height = 0;
  std::int32_t pitch = 0;
  std::vector<float> samples;

  LightPlane() = default;
  LightPlane(std::int32_t columns, std::int32_t rows)
      : width(columns),
        height(rows),
        pitch(whole_blocks(columns)),
        samples(static_cast<std::size_t>(pitch) * static_cast<std::size_t>(rows) + light_block,
                0.0f) {}

  float* row(std::int32_t r) noexcept {
    return samples.data() + static_cast<std::ptrdiff_t>(r) * pitch;
  }
  const float* row(std::int32_t r) const noexcept {
    return samples.data() + static_cast<std::ptrdiff_t>(r) * pitch;
  }
  /// Of a torus: any r.
  const float* torus_row(std::int32_t r) const noexcept {
    return row((r % height + height) % height);
  }

  void copy_to(std::vector<float>& packed) const;
  void copy_from(const std::vector<float>& packed);
};

/// The light of a row of blocks, two of pixels; each row is whole blocks long.
struct LightRows {
  const float *luma[2], *cb, *cr;
};

/// Where a picture's light comes from.
class LightSource {
 public:
  virtual ~LightSource() = default;
  /// Until the thread's next call.
  virtual LightRows rows(int thread, std::int32_t block_row) const = 0;
  /// Whether it lies where no cache of level 2 holds it.
  virtual bool is_far() const noexcept = 0;
};

/// Light in the shape of arithmetic/light.h, Note: [Light].
struct LightPlanes final : LightSource {
  LightPlane luma, cb, cr;

  LightPlanes() = default;
  LightPlanes(std::int32_t width, std::int32_t height)
      : luma(width, height), cb(width / 2, height / 2), cr(width / 2, height / 2) {}

  LightRows rows(int, std::int32_t block_row) const override {
    return {{luma.row(2 * block_row), luma.row(2 * block_row + 1)},
            cb.row(block_row),
            cr.row(block_row)};
  }
  bool is_far() const noexcept override { return luma.samples.size() * sizeof(float) > 4 << 20; }
};

}  // namespace lifereel
