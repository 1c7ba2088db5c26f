// SPDX-License-Identifier: GPL-2.0-or-later
// The video buffering verifier: does a decoder of limited rate and memory have every picture in
// time?
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "film.h"

namespace [[gnu::visibility("default")]] lifereel {

/// The decoder that a film promises to suit. Bits arrive at `max_rate` whenever the buffer has room
/// and wait while it is full (ISO/IEC 13818-2 Annex C with vbv_delay 0xFFFF; the hypothetical
/// reference decoder of H.264 and HEVC, their Annex C, with cbr_flag 0). Every frame time one
/// picture, in coding order, leaves it at once.
struct VbvModel {
  std::int64_t max_rate = 0;     ///< bits per second
  std::int64_t buffer_bits = 0;  ///< what the decoder can hold
  /// There when the first picture is decoded. A film starts with a full buffer (C.3.2); a chunk of
  /// a film with what the chunk before is sure to leave. More at the start is never less later, so
  /// chunks that each begin with at most what any other leaves may be joined in any order.
  std::int64_t initial_fill_bits = 0;
  Rational frames_per_second{25, 1};

  bool operator==(const VbvModel&) const = default;
};

/// The model that `settings` promise, disc defaults filled in, with a full buffer at the start;
/// std::nullopt when they set no maxrate and bufsize.
std::optional<VbvModel> vbv_model(const FilmSettings& settings);

/// What a buffer went through. Fills are whole bits, rounded down.
struct VbvReport {
  struct Underflow {
    std::int64_t frame = 0;         ///< in coding order, from 0
    double seconds = 0;             ///< of its decoding, after the first picture's
    std::int64_t missing_bits = 0;  ///< of it and of all before it, at that moment
  };

  std::int64_t frames = 0;
  std::int64_t total_bits = 0;
  std::int64_t largest_frame_bits = 0;
  /// The least left behind by a picture; negative when one was late. The initial fill before any.
  std::int64_t minimum_fill_bits = 0;
  std::int64_t minimum_fill_frame = 0;  ///< the picture that left it
  /// One frame time after the last picture: what the first one of a next chunk would find.
  std::int64_t end_fill_bits = 0;
  std::int64_t late_frames = 0;  ///< pictures whose bits had not all arrived
  std::optional<Underflow> first_underflow;

  bool conforms() const noexcept { return late_frames == 0; }
};

/// The buffer, picture by picture. Integers only: exact over any length. Copies are cheap, to try a
/// chunk and take it back. Not thread-safe.
class VbvBuffer {
 public:
  /// Throws std::invalid_argument for a model without rate, buffer or frame rate, or with more in
  /// the buffer than it holds.
  explicit VbvBuffer(const VbvModel& model);

  /// Decodes the next picture in coding order, then fills for one frame time. False when the
  /// picture is late. Its missing bits are owed: arrivals do not stop, so the pictures after it are
  /// late too until the rate has made up for it. Throws std::invalid_argument for a size below 0 or
  /// beyond 2^40 bits.
  bool take(std::int64_t bits);

  /// What the next picture will find, whole bits, rounded down.
  std::int64_t fill_bits() const noexcept;
  /// So far.
  const VbvReport& report() const noexcept { return report_; }
  const VbvModel& model() const noexcept { return model_; }

 private:
  // Fills are counted in bits / rate_.num, in which a frame time's arrivals are a whole number.
  std::int64_t whole_bits(std::int64_t units) const noexcept;

  VbvModel model_;
  Rational rate_;             // frames per second, in lowest terms
  std::int64_t arrival_ = 0;  // in a frame time
  std::int64_t capacity_ = 0;
  std::int64_t fill_ = 0;
  std::int64_t least_ = 0;
  VbvReport report_;
};

/// All of a chunk or film at once; sizes in bits, in coding order.
VbvReport simulate_vbv(const VbvModel& model, std::span<const std::int64_t> frame_bits);

struct FilmVbv {
  VbvModel model;
  VbvReport report;
};

/// A finished film against `model`, or, for MPEG-2, against the one in its own first sequence
/// header (13818-2 6.3.3: bit_rate, vbv_buffer_size, frame rate) with a full buffer at the start.
/// Reads the whole file, decodes nothing. Pictures come at a constant rate, as in every film of
/// lifereel. Throws std::runtime_error when the film cannot be read, std::invalid_argument when
/// neither `model` nor the film says what to hold it against.
FilmVbv check_film_vbv(const std::string& path, const std::optional<VbvModel>& model = {});

}  // namespace lifereel
