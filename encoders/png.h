// SPDX-License-Identifier: GPL-2.0-or-later
// Stills for eyes, as PNG.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../sim/language.h"  // as installed

namespace [[gnu::visibility("default")]] lifereel {

/// Gray, or R'G'B' as displays take it; full range, row by row, without padding.
struct Still {
  int width = 0, height = 0;  ///< pixels
  int channels = 1;           ///< 1: gray; 3: red, green, blue
  std::vector<std::uint8_t> samples;
};

/// Writes `path`, complete or not at all; an older file is replaced. Throws std::invalid_argument
/// (a still without pixels or with samples missing), std::runtime_error (disk).
void write_png(const std::string& path, const Still& still);

}  // namespace lifereel
