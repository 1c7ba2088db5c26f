// SPDX-License-Identifier: GPL-2.0-or-later
// One libavformat muxer on one file that gets its name last. Internal to encoders/.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "encoders/film.h"
#include "encoders/film/digest_writer.h"
#include "encoders/finished_file.h"
#include "encoders/libav/avio.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// The muxer for `settings` and this path: by name, else by extension.
/// Throws std::invalid_argument that lists what there is.
const AVOutputFormat& find_muxer(const FilmSettings& settings, const std::string& path);

/// In lower case, without the point; may be empty.
std::string extension_of(const std::string& path);

/// Throws std::invalid_argument when the muxer cannot hold the codec, is one for sound, or has no
/// index to move.
void check_container(const FilmSettings& settings, const std::string& path,
                     const AVOutputFormat& muxer, const AVCodec& codec);

class Container {
 public:
  /// Makes the temporary file.
  Container(const ResolvedFilm& film, const FilmOutput& output);
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  const AVOutputFormat& muxer() const noexcept { return *context_->oformat; }
  bool wants_global_header() const noexcept;

  /// Adds a stream for an opened encoder, before write_header(); returns its index.
  int add_stream(const AVCodecContext& codec);
  void write_header();
  /// Takes the packet's reference; its times are ticks of `time_base`. Throws std::runtime_error,
  /// also when a program stream's buffer model is broken.
  void write(AVPacket& packet, int stream, AVRational time_base);
  /// Writes the trailer, closes, gives the file its name; returns its size.
  std::int64_t finish();

 private:
  /// Throws std::invalid_argument when frames would share a timestamp.
  void check_ticks() const;
  void write_trailer();
  void write_wrapped(AVPacket& packet);
  void check_written(int result, const char* call) const;

  const FilmSettings settings_;
  const std::function<void()> before_naming_;
  FinishedFile file_;
  ByteTarget target_;
  std::optional<DigestWriter> digest_;
  UniqueAvio avio_;  // before context_, which uses it until it is freed
  UniqueOutput context_;
  UniqueFrame wrapped_;  // for a muxer that wants frames in place of raw video packets
  bool header_written_ = false;
};

}  // namespace lifereel
