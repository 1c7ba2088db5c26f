// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures and frames of sound in the elementary streams of a DVD. Private to lifereel.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace lifereel {

/// What a program stream is not, or where it breaks.
struct DamagedStream : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Finds where access units begin in an elementary stream that comes in pieces.
class UnitScanner {
 public:
  virtual ~UnitScanner() = default;
  /// Adds the offset in the stream of every unit that is known by these bytes to begin; it may lie
  /// a few bytes before them. Throws DamagedStream.
  virtual void scan(std::span<const std::uint8_t> bytes, std::vector<std::int64_t>& begins) = 0;
  /// From one unit's decoding to the next one's.
  virtual std::int64_t period() const = 0;
};

/// Pictures of MPEG-2, each with the headers before it.
std::unique_ptr<UnitScanner> make_picture_scanner();
/// Frames of AC-3 at 48 kHz, one right after another.
std::unique_ptr<UnitScanner> make_ac3_scanner();

}  // namespace lifereel
