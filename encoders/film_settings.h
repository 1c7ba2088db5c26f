// SPDX-License-Identifier: GPL-2.0-or-later
// What a film shall be, as asked for and as it comes to. No libav type appears here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

/// Sound under the film, of its universe or from a file: one of the file's tracks, whatever libav
/// reads, as 48 kHz stereo, from the first picture on and cut where the film ends. The codec
/// follows from the container: AAC in mp4 and mov, AC-3 on discs and in other program and transport
/// streams, Opus in webm, and in matroska FLAC, or Opus where audio_bitrate is given.
struct AudioSettings {
  /// Made from how the universe's species move (Picture::motion) instead of a file. What follows
  /// about files means nothing then.
  bool universe = false;
  std::string file;  ///< path; empty: none
  /// SHA-256 of the file's bytes, which a film keeps in place of its name; a file that has another
  /// is an error. Empty: any.
  std::string digest;
  std::optional<int> track;  ///< of the file's sound tracks, counted from 1; the best otherwise
  /// Sound that is shorter than the film begins again, over a cross-fade; else silence follows.
  bool loop = true;
  double fade_in = 0;   ///< seconds, at the film's begin
  double fade_out = 2;  ///< likewise, at its end; a film that ends early ends without
  /// LUFS to which one constant gain brings the whole of what is heard, as far as its true peak
  /// stays below -1 dBTP; std::nullopt: as it is. -14 is what video platforms play at. A universe,
  /// which nobody has heard before, comes within about 5 LU, and its peaks are lowered.
  std::optional<double> loudness = -14;

  /// Whether there is sound, also where only its digest is known.
  bool given() const noexcept { return universe || !file.empty() || !digest.empty(); }
  bool operator==(const AudioSettings&) const = default;
};

using StringPairs = std::vector<std::pair<std::string, std::string>>;

/// What the film shall be. std::nullopt or empty means "not asked for": the codec's own default
/// holds. Rates are bits per second, sizes bits.
struct FilmSettings {
  DiscTarget target = DiscTarget::none;
  Rational frames_per_second{20, 1};
  std::string codec = "libx264";  ///< libavcodec's encoder name
  /// How pictures are drawn and handed to the encoder: yuv420p, or yuv420p10 for 10 bits a sample.
  /// Where the encoder does not take it, another with as many bits.
  PixelFormat pixel_format = PixelFormat::yuv420p;
  std::optional<std::string> codec_preset;  ///< the codec's own "preset" option
  std::optional<double> crf;
  std::optional<std::int64_t> bitrate;
  std::optional<std::int64_t> maxrate;
  std::optional<std::int64_t> bufsize;
  AudioSettings audio;
  std::optional<std::int64_t> audio_bitrate;  ///< of the sound; of a disc, of its silence, too
  std::optional<int> gop;                     ///< frames from key frame to key frame
  std::optional<Rational> aspect;             ///< display aspect, 16:9; square pixels otherwise
  /// Of one encoder; 0: the codec's choice, but 1 where more would make other bytes every time or
  /// on every machine (disc targets; x264 and x265 in chunks; x265 with maxrate).
  int codec_threads = 0;
  /// Pictures to a chunk, each of which is encoded by an encoder of its own, so that several may be
  /// at work at once; 0: the whole film is one chunk. See chunk_frames(). A Film is given its
  /// pictures by one thread, unless its user has several: none gains by chunks that were not asked
  /// for, but their pictures must be numbered without gaps. RenderSettings, whose lanes and whose
  /// stopping and going on live by chunks, begin with automatic_chunks.
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

/// What an encoder of one chunk is told in place of the film's maxrate and bufsize (see Note:
/// [Joins]); its buffer is full at the start.
struct ChunkRate {
  std::int64_t maxrate = 0;
  std::int64_t bufsize = 0;
};

/// What a film comes to: decided and checked once, by resolve(), for all that make it.
struct ResolvedFilm {
  /// What was asked for, completed: with all that the disc decides or defaults to; with the number
  /// chunk_frames() says; with the codec's threads, 0 only where it may choose them by itself; and
  /// with the name of the container, also where the extension chose it.
  FilmSettings settings;
  std::optional<ChunkRate> chunk_rate;  ///< of a film that is cut and has a buffer
  int width = 0;                        ///< of the pictures that will come
  int height = 0;
  PictureFormat pictures;  ///< how they must be drawn
  /// Nearest to how they are drawn of what the codec takes, by libav's name, where it takes neither
  /// format that can be drawn and no filter chain converts; empty: they need no conversion.
  std::string converted_pixel_format;
  /// That a filter chain is to end in; std::nullopt: whatever the codec takes with as many bits.
  std::optional<PixelFormat> filtered_pixel_format;
  /// What whoever made the settings may not expect of the film, a sentence each.
  std::vector<std::string> notices;
};

/// What one encoder needs of a machine, to decide how many can work at once. Estimates.
struct EncoderNeeds {
  int threads = 1;                 ///< that compute at once
  std::uint64_t memory_bytes = 0;  ///< of the encoder
  std::uint64_t chunk_bytes = 0;   ///< of a chunk's packets, which wait for the chunks before
};
EncoderNeeds encoder_needs(const FilmSettings& settings, int width, int height);

}  // namespace lifereel
