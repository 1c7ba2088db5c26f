// SPDX-License-Identifier: GPL-2.0-or-later
// An elementary stream's buffer in the program stream system target decoder (ISO/IEC 13818-1
// 2.5.2). Internal to encoders/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "encoders/dvd/stream_clock.h"
#include "encoders/dvd/unit_scanner.h"
#include "encoders/program_stream.h"

namespace lifereel {

/// Of a report; the rest is counted.
inline constexpr std::size_t stream_faults_told = 16;

/// The part of a PES packet that one elementary stream's decoder gets.
struct Payload {
  std::span<const std::uint8_t> bytes;
  std::optional<std::int64_t> dts_90khz;  ///< 33 bits; the PTS where there is no other
  std::optional<std::int64_t> declared_buffer_bytes;
};

/// One elementary stream's way through its buffer.
class DecoderBuffer {
 public:
  DecoderBuffer(std::string name, std::int64_t bytes, std::unique_ptr<UnitScanner> scanner,
                ProgramStreamReport& report);

  /// Its first byte arrives at `begin`, the others follow at `mux_rate` times 50 bytes per second.
  void arrive(const Payload& payload, std::int64_t begin, std::int64_t mux_rate);
  DecoderBufferReport finish();

 private:
  struct Segment {  // bytes that arrive evenly
    std::int64_t offset, bytes, begin, mux_rate;

    std::int64_t arrival(std::int64_t index) const {
      return begin + (index * ticks_per_unit_rate + mux_rate - 1) / mux_rate;
    }
    std::int64_t arrived_by(std::int64_t time) const {
      if (time < begin) return 0;
      if (time >= arrival(bytes - 1)) return bytes;  // also where the product below would not fit
      return (time - begin) * mux_rate / ticks_per_unit_rate + 1;
    }
  };
  struct Unit {
    std::int64_t offset, dts;
  };

  /// The clock's 33 bits, where a unit is decoded near to its arrival.
  static std::int64_t unwrapped(std::int64_t dts_90khz, std::int64_t arrival);

  /// Every byte that has arrived by `now` is known, and so is every unit before the last.
  void decode_until(std::int64_t now);
  void decode(const Unit& unit, std::int64_t end);
  void hold(std::int64_t bytes, const Unit& next);
  std::int64_t arrival(std::int64_t offset) const;

  /// The time that a packet tells for the unit that begins in it.
  void see_time(std::int64_t told);
  void fault(const Unit& unit, const std::string& what);

  std::unique_ptr<UnitScanner> scanner_;
  ProgramStreamReport& report_;
  DecoderBufferReport result_;
  std::deque<Segment> segments_;  // not yet decoded whole
  std::deque<Unit> units_;        // not yet decoded
  std::vector<std::int64_t> begins_;
  std::size_t counted_ = 0;   // of segments_, wholly in the buffer
  std::int64_t offset_ = 0;   // in the elementary stream, where the next payload begins
  std::int64_t decoded_ = 0;  // likewise, what has left the buffer
  std::int64_t units_begun_ = 0, units_decoded_ = 0;
  std::int64_t overrun_before_ = -1;
  std::int64_t first_dts_ = 0, last_dts_ = 0;
  std::optional<std::int64_t> earlier_time_;  // of the payload before, when no unit has taken it
  bool finished_ = false;
};

}  // namespace lifereel
