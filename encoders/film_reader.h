// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a film back: its metadata and its decoded pictures.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "film.h"

namespace [[gnu::visibility("default")]] lifereel {

/// The comment a lifereel film carries (FilmOutput::comment), from the container's metadata or from
/// MPEG-2 user data; empty where there is none. Throws std::runtime_error when the file cannot be
/// read.
std::string read_film_comment(const std::string& path);

/// Decodes a film's first video stream, picture after picture. Not thread-safe.
class FilmReader {
 public:
  explicit FilmReader(const std::string& path);
  ~FilmReader();
  FilmReader(const FilmReader&) = delete;
  FilmReader& operator=(const FilmReader&) = delete;

  int width() const noexcept;
  int height() const noexcept;
  Rational frames_per_second() const noexcept;
  std::string codec() const;

  /// Decodes the next picture, as stored; `picture` is valid until the next call, as long as this
  /// object. False at the end. Throws std::runtime_error where the film is damaged, and for
  /// pictures that have no plane of luma.
  bool read(PictureView& picture);

  /// The same, with the luma copied into `luma` (width * height, no padding). Throws
  /// std::runtime_error where it has more than 8 bits.
  bool read_luma(std::vector<std::uint8_t>& luma);

 private:
  struct [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lifereel
