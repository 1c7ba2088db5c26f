// SPDX-License-Identifier: GPL-2.0-or-later
// Films whose pictures are files of their own: one still, or a sequence with a number in each name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "film.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Whether the name of the file has one place for a number, as FFmpeg writes it: %d, or %05d for at
/// least five digits. %% stands for a percent sign then.
bool has_picture_number(const std::string& path);

/// The file of one picture: `path` with the number in its place, or as it is where it has none.
std::string picture_path(const std::string& path, std::int64_t number);

/// What a film of pictures takes of a film's settings.
struct PictureFiles {
  FilmSettings settings;
  std::string notice;  ///< one sentence about what pictures have no use for; may be empty
};

/// Nothing where `output` is no film of pictures: its name has a number, or it is a still, and its
/// extension (or FilmSettings::container "image2") is one of pictures. Their encoder is the one
/// that the extension stands for, unless `settings` name another of the same format; a still on
/// standard output is a PNG unless they name an encoder of pictures. Throws std::invalid_argument
/// where this FFmpeg has no encoder for the extension.
std::optional<PictureFiles> picture_files(const FilmSettings& settings, const FilmOutput& output);

/// Throws std::invalid_argument when one of the output's pictures cannot be written, or is there
/// and may not be overwritten.
void check_picture_paths(const FilmOutput& output);

/// Whether the extension is one of pictures, so that a film of that name needs a number in it.
bool has_picture_extension(const std::string& path);

}  // namespace lifereel
