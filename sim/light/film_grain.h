// SPDX-License-Identifier: GPL-2.0-or-later
// Film grain after AV1's model: blocks of 32x32 samples out of one template, at places that the
// frame's number draws, so that a film can be cut anywhere and has the same grain.
#pragma once

#include <cstdint>
#include <vector>

namespace lifereel {

inline constexpr int grain_block = 32;

class FilmGrain {
 public:
  /// Of this strength: the amplitude in the middle of the range of luma, in code values of 8 bits.
  explicit FilmGrain(float strength);

  /// `width` samples of a row, up to grain_block - 1 more may be written.
  void fill_row(std::uint64_t frame, std::int32_t row, std::int32_t width, float* to) const;

 private:
  static constexpr int template_size = 2 * grain_block;
  std::vector<float> template_;
};

}  // namespace lifereel
