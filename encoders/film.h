// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures in, a finished film out: codec, sound, filter chain and container in one sink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chunk_store.h"
#include "film_settings.h"
#include "film_statistics.h"
#include "picture.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Where the film goes and what comes in.
struct FilmOutput {
  std::string path;        ///< "-" streams to standard output where the container allows it
  bool overwrite = false;  ///< else an existing file is an error
  int width = 0;           ///< of the pictures that will come, pixels
  int height = 0;
  /// The pictures that will come have colour: an encoder is given gray only where it takes no
  /// other.
  bool colour = false;
  /// `path` is to be one picture (picture_files.h), the only one that will come.
  bool still = false;
  /// Number of the first picture in the names of a film whose pictures are files of their own.
  std::int64_t first_picture = 0;
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
  /// Of a film with sound: called now and then while the sound is measured, before the first
  /// picture, with the part that is done, 0 to 1; what it throws ends the film. May be empty.
  std::function<void(double)> measuring_sound;
  std::string title;    ///< container metadata, which may be empty: then the sound's
  std::string artist;   ///< likewise
  std::string comment;  ///< lifereel: the settings as a config file (MPEG-2 user data in a .mpg)
};

/// What the film will be, without opening anything or looking at the path, but for its extension.
/// Throws std::invalid_argument with one sentence: for contradictory rate control, sizes a disc
/// target or 4:2:0 does not allow, an unknown codec, option, container or extension.
ResolvedFilm resolve(const FilmSettings& settings, const FilmOutput& output);

/// All that a chunk's bytes depend on beside its pictures and the settings: one "name = value" a
/// line. Opens the encoder, but no file; throws as Film does.
std::vector<std::string> chunk_dependencies(const ResolvedFilm& film);

/// Bytes of the pictures that the film's filter chain keeps in memory at once when `frames` come,
/// as reverse keeps all; an estimate, and 0 where that is not known. Throws std::invalid_argument
/// for a chain that does not work.
std::uint64_t filter_memory_bytes(const ResolvedFilm& film, std::int64_t frames);

/// Throws what resolve() does, and std::invalid_argument for a path that cannot be written.
void validate(const FilmSettings& settings, const FilmOutput& output);

/// Whether the film can carry FilmOutput::comment, for read_film_comment().
bool carries_comment(const ResolvedFilm& film);

/// A film being written. Pictures are taken by reference (no copy of ours). The file is written
/// under a temporary name beside `path` and gets its own name in finish(), after it is closed and
/// flushed to disk; until then, and after any error, no file of that name appears. Devices and
/// pipes are written in place. What libav logs meanwhile in the calling thread goes into errors and
/// FilmStatistics::warnings, not to the terminal (libav_log.h).
///
/// A film that is cut (FilmSettings::chunk_frames) is muxed and written by a thread of its own,
/// from the first picture to finish() or the end of this object: what goes wrong there is thrown by
/// a later call, of whatever thread, at the latest by finish(). Where the disk is slower than the
/// encoders, calls wait for it. A film in one piece has no such thread.
///
/// Sound (FilmSettings::audio) is read and measured when the film is opened, which for hours of it
/// takes minutes, and again while the film is written; FilmOutput::frames must be known. It has
/// sound_samples() samples, or as many as a filter chain's film or one that ends early is long.
/// Damage in the file, or its loss, is a warning and no reason to lose the film.
///
/// There are two ways in, one for each film: write() every picture from one thread (or write_gray()
/// or write_rgb(), which copy it), or give chunks() to several. Both make the same bytes.
class Film final : public PictureSink {
 public:
  /// Opens filter, codec and container (codec and container wait for the first picture when there
  /// is a filter chain). Throws std::invalid_argument (settings) or
  /// std::runtime_error (libav's call and text, the disk).
  Film(const FilmSettings& settings, const FilmOutput& output)
      : Film(resolve(settings, output), output) {}
  /// The same of what resolve() has made for this output.
  Film(ResolvedFilm film, const FilmOutput& output);
  ~Film() override;  ///< without finish(): removes the temporary file

  /// Pictures are numbered from 0 without gaps.
  void write(const Picture& picture) override;
  /// The next picture, copied: the memory is the caller's again when this returns. Samples are 0 to
  /// 255, gray or R'G'B' (three bytes a pixel), rows `stride_bytes` apart; 0: without padding. They
  /// become what picture_format() says, and a film in gray takes the luma.
  void write_gray(const std::uint8_t* gray, std::size_t stride_bytes = 0);
  void write_rgb(const std::uint8_t* rgb, std::size_t stride_bytes = 0);
  /// Once.
  void finish() override;
  PictureFormat picture_format() const noexcept override;
  bool wants_motion() const noexcept override;
  int pictures_held_at_most() const noexcept override;

  /// The film, chunk by chunk on any number of threads; lives as long as this object.
  ChunkedSink& chunks() noexcept;

  /// While no other thread is at work on the film, but for its own: waits until that has written
  /// what it can.
  FilmStatistics statistics() const;

  /// What has been written so far, also after an error. Any thread, at any time.
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
