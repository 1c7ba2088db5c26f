// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace lifereel {

/// One row of a torus of 64x64 samples in [0, 1), as even as can be in every neighbourhood: what is
/// added before a value is cut to a whole level. Rows repeat every 64. Static in time.
const float* blue_noise_row(int row) noexcept;

/// 64 times 1/2: to round instead.
const float* half_row() noexcept;

}  // namespace lifereel
