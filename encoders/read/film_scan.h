// SPDX-License-Identifier: GPL-2.0-or-later
// A film's packets and pictures as they come, damage and all. Private to lifereel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "encoders/film.h"

namespace lifereel {

/// What the file says about one of its streams; none of it is to be trusted.
struct ScannedStream {
  enum class Kind { video, audio, other };

  Kind kind = Kind::other;
  std::string codec;         ///< libavcodec's name of the format
  Rational time_base{1, 1};  ///< seconds of a tick; above 0
  int wrap_bits = 64;        ///< of its timestamps; 64: they do not wrap
  std::optional<std::int64_t> duration_ticks;
  std::int64_t declared_frames = 0;  ///< 0: the container does not say
  std::int64_t bit_rate = 0;         ///< likewise

  int width = 0, height = 0;
  std::string pixel_format;
  Rational frames_per_second{0, 1};  ///< 0: unknown
  Rational sample_aspect{0, 1};      ///< of a pixel; 0: unknown

  int sample_rate = 0;
  int channels = 0;
};

struct ScannedFilm {
  std::string container;  ///< libavformat's name
  std::int64_t bytes = 0;
  std::optional<double> duration_seconds;  ///< as the container says
  std::vector<ScannedStream> streams;
  std::size_t video = 0;             ///< the first of its kind, of `streams`
  std::optional<std::size_t> audio;  ///< likewise
};

/// A packet of the first video or audio stream, on its way into the decoder.
struct ScannedPacket {
  ScannedStream::Kind kind = ScannedStream::Kind::other;
  std::optional<std::int64_t> pts_ticks, dts_ticks;
  std::int64_t duration_ticks = 0;  ///< 0: unknown
  std::span<const std::uint8_t> bytes;
};

/// A decoded picture. Pictures that hold the same `owner` keep their memory.
struct ScannedPicture {
  std::shared_ptr<const void> owner;
  /// Luma alone where chroma is not in planes as PlaneView has them; nothing where luma is not.
  PictureView view;
  int width = 0, height = 0;
  std::optional<std::int64_t> pts_ticks;
  bool damaged = false;  ///< says the decoder
};

/// All of the sound that was decoded.
struct ScannedSound {
  std::int64_t samples = 0;                 ///< of each channel
  std::optional<std::int64_t> begin_ticks;  ///< when the first of them is heard
  /// LUFS and dBTP, of what is not silence.
  std::optional<double> integrated_lufs, true_peak_dbtp;
};

struct ScannedDamage {
  ScannedStream::Kind kind = ScannedStream::Kind::other;  ///< other: the container
  std::int64_t errors = 1;
  std::string text;  ///< what libav says
};

/// Decodes a film's first video and first audio stream on several threads. Damage does not end it:
/// it is reported, and decoding goes on with what comes next. Not thread-safe.
class FilmScan {
 public:
  class Taker {
   public:
    virtual ~Taker() = default;
    virtual void take(const ScannedPacket& packet) = 0;
    virtual void take(const ScannedPicture& picture) = 0;
    virtual void take(const ScannedDamage& damage) = 0;
  };

  enum class Sound { decoded, ignored };

  /// Throws std::runtime_error when the file cannot be read, has no video, or this FFmpeg cannot
  /// decode it.
  FilmScan(const std::string& path, int threads, Sound sound = Sound::decoded);
  ~FilmScan();
  FilmScan(const FilmScan&) = delete;
  FilmScan& operator=(const FilmScan&) = delete;

  const ScannedFilm& film() const noexcept;

  /// Reads on by a packet and hands over what that gives. False when the film is over and the last
  /// picture has been handed over. Throws what `taker` throws, and
  /// std::runtime_error where memory is lacking.
  bool read(Taker& taker);

  /// Goes on at the key frame at or before this time after the film's begin. False when the
  /// container cannot.
  bool seek(double seconds);

  /// From now on: what a film is read for that has sound of its own.
  void measure_sound();
  /// Of a film that was measured and read to its end; may be called once.
  ScannedSound sound();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// libavcodec's name of the format that an encoder makes, "h264" of libx264; empty for an encoder
/// that this FFmpeg does not have.
std::string format_of_encoder(const std::string& encoder);

}  // namespace lifereel
