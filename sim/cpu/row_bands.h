// SPDX-License-Identifier: GPL-2.0-or-later
// How threads share out the rows of a picture. Internal to sim/cpu/.
#pragma once

#include <algorithm>
#include <cstdint>

namespace lifereel {

/// Rows of blocks in bands, an even number of rows each but for the last band.
class RowBands {
 public:
  RowBands(std::int32_t rows, int threads)
      : rows_(rows),
        rows_a_band_(threads > 1 ? std::max(16, rows / (threads * 4) / 2 * 2) : rows) {}

  std::int32_t count() const noexcept { return (rows_ + rows_a_band_ - 1) / rows_a_band_; }
  std::int32_t first_row_of(std::int32_t band) const noexcept {
    return std::min(band * rows_a_band_, rows_);
  }

 private:
  std::int32_t rows_, rows_a_band_;
};

}  // namespace lifereel
