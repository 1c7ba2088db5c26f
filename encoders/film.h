// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures in, a finished film out: codec, silent audio, filter chain and container in one sink.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chunk_store.h"
#include "picture.h"

namespace [[gnu::visibility("default")]] lifereel {

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
  /// Of one encoder; 0: the codec's choice, but 1 where more would make other bytes every time or
  /// on every machine (disc targets; x264 and x265 in chunks; x265 with maxrate).
  int codec_threads = 0;
  /// Pictures to a chunk, each of which is encoded by an encoder of its own, so that several may be
  /// at work at once; 0: the whole film is one chunk. See chunk_frames().
  int chunk_frames = 0;
  static constexpr int automatic_chunks = -1;  ///< as long as suits, or none
  /// Passed to the codec by name, after all others; none that a setting here is for, that
  /// contradicts one, or that would break a film's joins.
  StringPairs codec_options;
  std::string filter;      ///< a libavfilter chain; empty: no filter graph exists
  std::string container;   ///< libavformat's muxer name; empty: by extension
  bool faststart = false;  ///< move the mp4 index to the front

  bool operator==(const FilmSettings&) const = default;
};

/// The chunk length `settings` come to: whole GOPs, where `gop` says how long they are;
/// automatically 500 pictures, or as many as maxrate and bufsize ask for, if these are not more
/// than 2000 and nothing else speaks against chunks. 0 where a film cannot be cut: with a filter
/// chain, which would have to be cut, too, and with encoders other than mpeg2video, libx264,
/// libx265 and ffv1, of which it is not known that chunks join (or, of rawvideo, that it would only
/// keep whole chunks in memory).
///
/// Note: [Joins] A chunk's bytes depend on the settings and its pictures alone. With maxrate and
/// bufsize every encoder is given half the buffer, full at the start, and so much less rate that
/// half a buffer comes in over a chunk. If it keeps to that, the decoder's buffer, half full or
/// more when a chunk begins, is half full again at its end and never empty: what the encoder saved
/// when its half was full fits into the other half. So chunks join in any number. A bit rate more
/// than 1 % above the lowered maxrate is refused, for the film would turn out smaller. The film's
/// buffer is watched all the same while it is written. No chunk is encoded again: one that overruns
/// its half, which no encoder was seen to do, and finds no slack in the other ends a disc's film
/// with an error, and is counted in FilmStatistics::late_frames of any other.
int chunk_frames(const FilmSettings& settings);

/// What one encoder needs of a machine, to decide how many can work at once. Estimates.
struct EncoderNeeds {
  int threads = 1;                 ///< that compute at once
  std::uint64_t memory_bytes = 0;  ///< of the encoder
  std::uint64_t chunk_bytes = 0;   ///< of a chunk's packets, which wait for the chunks before
};
EncoderNeeds encoder_needs(const FilmSettings& settings, int width, int height);

/// Where the film goes and what comes in.
struct FilmOutput {
  std::string path;        ///< "-" streams to standard output where the container allows it
  bool overwrite = false;  ///< else an existing file is an error
  int width = 0;           ///< of the pictures that will come, pixels
  int height = 0;
  /// Pictures that will come, which decides where the last chunk of a cut film begins; 0: not
  /// known, then every chunk is full and the last takes what is left.
  std::int64_t frames = 0;
  /// Name of the file until it is finished; it is replaced. Empty: one beside `path`.
  std::string temporary_path;
  /// Called when the file is whole and flushed to disk under that name, before it gets its own; may
  /// be empty. What it throws, finish() does.
  std::function<void()> before_naming;
  /// Where finished chunks are kept, so that a film that was stopped need not make them again: it
  /// takes those that are there, and need not be given their pictures (ChunkedSink::needs_chunk());
  /// one of a wrong length, as a film that ended early may leave, is made again.
  /// They must come from the same settings, size and title, and equal chunk_dependencies(). For
  /// films in chunks whose `frames` are known; nullptr: none. Must outlive the film.
  ChunkStore* chunks = nullptr;
  std::string title;    ///< container metadata; both may be empty
  std::string comment;  ///< lifereel: the settings as a config file (MPEG-2 user data in a .mpg)
};

/// All that a chunk's bytes depend on beside its pictures and the settings: one "name = value" a
/// line. Opens the encoder; throws as Film does.
std::vector<std::string> chunk_dependencies(const FilmSettings& settings, const FilmOutput& output);

/// What encoders tell about themselves, summed over all that is written.
struct FilmStatistics {
  std::int64_t frames = 0;  ///< pictures encoded (packets out)
  std::int64_t frames_i = 0, frames_p = 0, frames_b = 0;
  double average_quantiser_i = 0, average_quantiser_p = 0, average_quantiser_b = 0;
  std::int64_t bytes_i = 0, bytes_p = 0, bytes_b = 0;
  std::int64_t video_bytes = 0;  ///< packets, without the container
  std::int64_t file_bytes = 0;   ///< final size, after finish()
  double duration_seconds = 0;
  double average_bitrate = 0;  ///< video, bits per second
  double encode_seconds = 0;   ///< inside codecs, filter and muxer, all threads together
  std::string encoder;         ///< libavcodec's name of it
  std::string container;       ///< libavformat's name of it
  std::string pixel_format;    ///< what the codec was fed
  int codec_threads = 0;
  /// Of a film in chunks: pictures that a decoder with the film's maxrate and bufsize would wait
  /// for. Above 0 only where the encoder overran its own share; never on a disc.
  std::int64_t late_frames = 0;
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
///
/// There are two ways in, one for each film: write() every picture from one thread, or give
/// chunks() to several. Both make the same bytes.
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

  /// The film, chunk by chunk on any number of threads; lives as long as this object.
  ChunkedSink& chunks() noexcept;

  /// While no other thread is at work on the film.
  const FilmStatistics& statistics() const noexcept;

  /// What has been written so far. Any thread.
  struct Written {
    std::int64_t frames = 0;
    std::int64_t video_bytes = 0;
  };
  Written written() const noexcept;

 private:
  struct [[gnu::visibility("hidden")]] Impl;
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
