// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/film_file.h"

#include "encoders/film/container.h"
#include "encoders/film/picture_writer.h"
#include "encoders/finished_file.h"

namespace lifereel {

std::unique_ptr<FilmFile> make_film_file(const ResolvedFilm& film, const FilmOutput& output) {
  if (film.settings.container == PictureWriter::format_name)
    return std::make_unique<PictureWriter>(output);
  return std::make_unique<Container>(film, output);
}

void try_film_file(const ResolvedFilm& film, const FilmOutput& output,
                   const AVCodecContext& codec) {
  if (FinishedFile::real_path(output.path).empty()) return;
  FilmOutput tried = output;
  tried.temporary_path.clear();
  tried.overwrite = true;  // nothing gets the film's name
  const std::unique_ptr<FilmFile> file = make_film_file(film, tried);
  file->add_stream(codec);
  file->write_header();
}

}  // namespace lifereel
