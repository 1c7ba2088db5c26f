// SPDX-License-Identifier: GPL-2.0-or-later
// Where a film's packets end up. Internal to encoders/.
#pragma once

#include <cstdint>
#include <memory>

#include "encoders/film.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// One container, or a file for each picture.
class FilmFile {
 public:
  virtual ~FilmFile() = default;

  /// libavformat's name of the format.
  virtual const char* format() const noexcept = 0;
  virtual bool wants_global_header() const noexcept = 0;
  /// Adds a stream for an opened encoder, before write_header(); returns its index.
  virtual int add_stream(const AVCodecContext& codec) = 0;
  virtual void write_header() = 0;
  /// Takes the packet's reference; its times are ticks of `time_base`. Throws std::runtime_error,
  /// also when a program stream's buffer model is broken.
  virtual void write(AVPacket& packet, int stream, AVRational time_base) = 0;
  /// Closes it and gives what has no name yet its name; returns the size in bytes.
  virtual std::int64_t finish() = 0;
};

/// Makes the temporary file of a container.
std::unique_ptr<FilmFile> make_film_file(const ResolvedFilm& film, const FilmOutput& output);

/// Throws what adding this codec's stream to the film's file and writing the header would. Makes a
/// file of its own, which is gone when this returns; what is written in place is not tried.
void try_film_file(const ResolvedFilm& film, const FilmOutput& output, const AVCodecContext& codec);

}  // namespace lifereel
