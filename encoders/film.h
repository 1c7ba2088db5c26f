// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures in, a finished film out: codec, silent audio, filter chain and container in one sink.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "picture.h"

namespace lifereel {

struct Rational {
  int num = 0;
  int den = 1;
  double value() const noexcept { return static_cast<double>(num) / den; }
  bool operator==(const Rational&) const = default;
};

/// A disc standard that fixes size, rate, codec, audio and container at once (FFmpeg's -target).
enum class DiscTarget { none, ntsc_dvd, pal_dvd };

using StringPairs = std::vector<std::pair<std::string, std::string>>;

/// What the film shall be. std::nullopt or empty means "not asked for": the codec's own default
/// holds. Rates are bits per second, sizes bits.
struct FilmSettings {
  DiscTarget target = DiscTarget::none;
  Rational frames_per_second{20, 1};
  std::string codec = "libx264";            ///< libavcodec's encoder name
  std::optional<std::string> codec_preset;  ///< the codec's own "preset" option
  std::optional<double> crf;
  std::optional<std::int64_t> bitrate;
  std::optional<std::int64_t> maxrate;
  std::optional<std::int64_t> bufsize;
  std::optional<std::int64_t> audio_bitrate;  ///< silent AC-3 of a disc target
  std::optional<int> gop;                     ///< frames from key frame to key frame
  std::optional<Rational> aspect;             ///< display aspect, 16:9; square pixels otherwise
  int codec_threads = 0;                      ///< 0: the codec's choice (1 for a disc target)
  StringPairs codec_options;                  ///< passed to the codec by name, after all others
  std::string filter;      ///< a libavfilter chain; empty: no filter graph exists
  std::string container;   ///< libavformat's muxer name; empty: by extension
  bool faststart = false;  ///< move the mp4 index to the front

  bool operator==(const FilmSettings&) const = default;
};

/// Where the film goes and what comes in.
struct FilmOutput {
  std::string path;        ///< "-" streams to standard output where the container allows it
  bool overwrite = false;  ///< else an existing file is an error
  int width = 0;           ///< of the pictures that will come, pixels
  int height = 0;
  std::string title;    ///< container metadata; both may be empty
  std::string comment;  ///< lifereel: the settings as a config file (MPEG-2 user data in a .mpg)
};

/// What encoders tell about themselves, summed so far. Written by the thread that calls write().
struct FilmStatistics {
  std::int64_t frames = 0;  ///< pictures encoded (packets out)
  std::int64_t frames_i = 0, frames_p = 0, frames_b = 0;
  double average_quantiser_i = 0, average_quantiser_p = 0, average_quantiser_b = 0;
  std::int64_t bytes_i = 0, bytes_p = 0, bytes_b = 0;
  std::int64_t video_bytes = 0;  ///< packets, without the container
  std::int64_t file_bytes = 0;   ///< final size, after finish()
  double duration_seconds = 0;
  double average_bitrate = 0;  ///< video, bits per second
  double encode_seconds = 0;   ///< inside the codec, filter and muxer
  std::string encoder;         ///< libavcodec's name of it
  std::string container;       ///< libavformat's name of it
  std::string pixel_format;    ///< what the codec was fed
  int codec_threads = 0;
  /// What libav warned of, each once, at most 16; nothing of it stopped the film.
  std::vector<std::string> warnings;
};

/// Checks what can be checked without opening anything: contradictory rate control, sizes a disc
/// target or 4:2:0 does not allow, unknown codec, option, container or extension, a path that
/// cannot be written. Throws std::invalid_argument with one sentence.
void validate(const FilmSettings& settings, const FilmOutput& output);

/// While a film is opened, written or finished, libav's log callback is lifereel's: it keeps what
/// is logged in that thread (FilmStatistics::warnings, errors' texts; a program stream that
/// overruns its buffers is known from there) and hands other threads' lines to
/// av_log_default_callback().
///
/// A film being written. Pictures are taken by reference (no copy of ours). The file is written
/// under a temporary name beside `path` and gets its own name in finish(), after it is closed and
/// flushed to disk; until then, and after any error, no file of that name appears. Devices and
/// pipes are written in place. What libav logs meanwhile in the calling thread goes into errors and
/// FilmStatistics::warnings, not to the terminal.
class Film final : public PictureSink {
 public:
  /// Opens filter, codec and container (codec and container wait for the first picture when there
  /// is a filter chain). Throws std::invalid_argument (settings) or
  /// std::runtime_error (libav's call and text, the disk).
  Film(const FilmSettings& settings, const FilmOutput& output);
  ~Film() override;  ///< without finish(): removes the temporary file

  void write(const Picture& picture) override;
  void finish() override;
  PixelFormat pixel_format() const noexcept override;
  int pictures_held_at_most() const noexcept override;

  const FilmStatistics& statistics() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One encoder of this FFmpeg, for lists.
struct EncoderDescription {
  std::string name;
  std::string long_name;
};

/// Every video encoder this build of FFmpeg has.
std::vector<EncoderDescription> available_video_encoders();

/// "libavcodec 59.37.100" and so on, one line a library, plus FFmpeg's version.
std::vector<std::string> libav_versions();

}  // namespace lifereel
