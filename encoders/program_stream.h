// SPDX-License-Identifier: GPL-2.0-or-later
// A DVD's program stream against the decoder it is made for: is every picture and sound there in
// time, and does no buffer run over?
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "../sim/language.h"  // as installed

namespace [[gnu::visibility("default")]] lifereel {

/// One elementary stream and its buffer in the program stream system target decoder (P-STD,
/// ISO/IEC 13818-1 2.5.2).
struct DecoderBufferReport {
  std::string stream;             ///< "video" or "AC-3"
  std::int64_t buffer_bytes = 0;  ///< what the stream declares, at most what a DVD player has
  std::int64_t fullest_bytes = 0;
  std::int64_t access_units = 0;  ///< pictures, or frames of sound
  /// The least time from the arrival of a unit's last byte to its decoding; negative: too late.
  double least_margin_seconds = 0;
  /// The longest time from the arrival of a unit's first byte to its decoding.
  double longest_stay_seconds = 0;
};

struct ProgramStreamReport {
  struct Fault {
    double seconds = 0;  ///< in the film
    std::string text;    ///< a sentence with time and place
  };

  std::int64_t packs = 0;
  std::int64_t bytes = 0;
  std::int64_t mux_rate = 0;  ///< bits per second, the highest any pack declares
  std::vector<DecoderBufferReport> streams;
  /// What breaks the model, in the order found; at most 16.
  std::vector<Fault> faults;
  std::int64_t fault_count = 0;

  std::int64_t navigation_packs = 0;
  double longest_unit_seconds = 0;  ///< from one navigation pack's picture to the next one's
  /// What breaks the layout of a DVD, likewise.
  std::vector<Fault> layout_faults;
  std::int64_t layout_fault_count = 0;

  /// To the decoder's model; the layout is another matter.
  bool conforms() const noexcept { return fault_count == 0; }
};

/// Runs the decoder's buffers over a whole file. Byte i of a pack arrives at
///     SCR + (i - 8) / (50 * program_mux_rate) s
/// (13818-1 2.5.2.2: the SCR is that of the byte with the last bit of its base), only payload is
/// buffered, and an access unit leaves at once at its DTS. Faults are: a unit that has not arrived
/// whole by then, a buffer that runs over (232 KiB for video, 58 KiB for AC-3, or the smaller size
/// that packets declare), a unit that stays longer than a second (2.5.2.6), an SCR that steps back,
/// and a pack that begins more than a tick of 90 kHz before the one before it has arrived at its
/// own rate. Streams are the first MPEG-2 video and the first AC-3 at 48 kHz; clocks may wrap.
///
/// Faults of the layout are: a pack that does not begin on a sector of 2048 bytes, a file that ends
/// within one, a film that does not begin with a navigation pack (PCI and DSI), video after such a
/// pack that does not begin with a sequence header, object units, from one such pack to the next,
/// that are shorter than 0.4 s or longer than 1 s, and access units that are not timed right after
/// one another.
///
/// Throws std::runtime_error when the file cannot be read or is no whole MPEG-2 program stream, and
/// when `cancel` becomes true.
ProgramStreamReport check_program_stream(const std::string& path,
                                         const std::atomic<bool>* cancel = nullptr);

}  // namespace lifereel
