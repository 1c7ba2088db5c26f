// SPDX-License-Identifier: GPL-2.0-or-later
// What the numbers in a picture's planes stand for.
#pragma once

#include "language.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Of Y'CbCr, by H.273's names; it comes with the primaries and the transfer curve of its standard.
enum class ColourMatrix {
  none,       ///< luma alone, as gray
  smpte170m,  ///< BT.601 with 525 lines: DVD-Video of NTSC countries
  bt470bg,    ///< BT.601 with 625 lines: DVD-Video of PAL countries; the same coefficients
  bt709,      ///< high definition
};

enum class ColourRange {
  full,     ///< 0 to 255; of 10 bits, 0 to 1023
  limited,  ///< luma 16 to 235, chroma 16 to 240; of 10 bits, four times that
};

/// Decided by format_for_size() (encoders/picture.h), before there is an engine or an encoder: both
/// keep to it.
struct ColourDescription {
  ColourMatrix matrix = ColourMatrix::bt709;
  ColourRange range = ColourRange::limited;
  int bit_depth = 8;  ///< of a sample: 8 or 10

  bool operator==(const ColourDescription&) const = default;
};

/// Red's and blue's part of luma; green has the rest. Of `none` BT.709's, as sRGB's.
struct LumaCoefficients {
  double red, blue;
  bool operator==(const LumaCoefficients&) const = default;
};
constexpr LumaCoefficients luma_coefficients(ColourMatrix matrix) noexcept {
  const bool bt601 = matrix == ColourMatrix::smpte170m || matrix == ColourMatrix::bt470bg;
  return bt601 ? LumaCoefficients{0.299, 0.114} : LumaCoefficients{0.2126, 0.0722};
}

/// Of chroma that has no colour, in both ranges, of 8 bits.
inline constexpr int neutral_chroma = 128;
constexpr int neutral_chroma_of(int bit_depth) noexcept {
  return neutral_chroma << (bit_depth - 8);
}

/// A sample of more than 8 bits has two bytes, the lower one first.
constexpr int sample_bytes(int bit_depth) noexcept { return bit_depth > 8 ? 2 : 1; }

}  // namespace lifereel
