// SPDX-License-Identifier: GPL-2.0-or-later
// render_disc() of film_to_disc.h.
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include "encoders/film.h"
#include "encoders/film_reader.h"
#include "encoders/finished_file.h"
#include "encoders/sound_file.h"
#include "src/disc/disc_request.h"
#include "src/errors.h"
#include "src/files/free_space.h"
#include "src/film_to_disc.h"
#include "src/render/disk_needs.h"
#include "src/render/film_description.h"
#include "src/render/film_sound.h"
#include "src/render/work_folder.h"
#include "src/settings/validation.h"
#include "src/text/quantities.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

/// Whether a finished film of these settings is there, and of no others.
bool is_there(const RenderSettings& film) {
  std::error_code ignored;
  const std::string path = FinishedFile::real_path(film.output);
  if (!fs::is_regular_file(path, ignored) || fs::exists(WorkFolder::path_for(path), ignored))
    return false;
  try {
    return read_film_comment(path) == self_description(film);
  } catch (const std::runtime_error&) {
    return false;
  }
}

/// Bytes of a folder's files, and of the file beside it.
double bytes_there(const std::string& film) {
  std::error_code ignored;
  double bytes = 0;
  for (const auto& entry : fs::directory_iterator(WorkFolder::path_for(film), ignored))
    if (entry.is_regular_file(ignored)) bytes += static_cast<double>(entry.file_size(ignored));
  if (fs::is_regular_file(film, ignored))
    bytes += static_cast<double>(fs::file_size(film, ignored));
  return bytes;
}

class FilmDisc {
 public:
  FilmDisc(const FilmDiscSettings& settings, const JobControl& control)
      : film_(settings.film),
        disc_(normal(settings.disc)),
        fit_(settings.fit),
        keep_film_(settings.keep_film),
        control_(control) {
    identify_sound(film_.film, control);
    disc_.films = {film_.output};
  }

  FilmDiscReport run() {
    FilmDiscReport report;
    check();
    if (!is_there(film_)) report.film = make_film();
    report.settings = film_;
    try {
      report.disc = make_disc(disc_, control_);
    } catch (const FinishedUnnamed&) {
      throw;  // the image is whole, too
    } catch (const FinishedWithError&) {
      throw;
    } catch (const Cancelled& cancelled) {
      throw Cancelled(cancelled.what() + film_stays());
    } catch (const std::exception& error) {
      throw FinishedWithError(error.what() + film_stays());
    }
    std::error_code ignored;
    // One that was there already may be somebody's film, of the same settings.
    if (!keep_film_ && report.film) fs::remove(film_.output, ignored);
    return report;
  }

 private:
  RenderReport make_film() {
    if (!fit_) return render(film_, control_);
    FittedRender made = render_to_fit(film_, *fit_, control_);
    if (!made.too_large.empty()) throw FinishedWithError(made.too_large);
    film_ = std::move(made.settings);
    return std::move(made.report);
  }

  std::string film_stays() const {
    return "; the film is finished and stays, '" + film_.output +
           "', and a render with the same settings goes on there";
  }

  void check() const {
    validate({film_, disc_, keep_film_, fit_});
    FinishedFile::try_out(disc_.output);
    if (!is_there(film_)) check_film();
    check_space();
  }

  void check_film() const {
    // A film of the same name may be somebody's; only the image is to be replaced.
    std::error_code ignored;
    const std::string path = FinishedFile::real_path(film_.output);
    if (fs::exists(path, ignored) && !fs::exists(WorkFolder::path_for(path), ignored) &&
        !keep_film_)
      refuse("'" + film_.output +
             "', where the film would be made, exists and is another one; remove it, or name the "
             "film, keep = film" +
             fs::path(film_.output).extension().string());
  }

  /// The film, its copy with tables, and the image: all at once, before the film goes.
  void check_space() const {
    const ResolvedFilm resolved = resolve(film_.film, film_output(film_));
    const std::optional<std::uint64_t> film = disk_needs(film_, 1, sound_bitrate(resolved)).film;
    if (!film) return;
    const bool is_video = film_.film.target != DiscTarget::none;
    const double needed = static_cast<double>(*film) * (is_video ? 3 : 2);
    const std::string folder = parent_of(film_.output);
    const std::optional<double> free = free_space(folder);
    if (!free) return;
    const double there = bytes_there(FinishedFile::real_path(film_.output));
    if (needed <= *free + there) return;
    refuse("the film and its image need " + size_text(static_cast<std::uint64_t>(needed)) +
           " until the image is finished, and in '" + folder + "' " +
           size_text(static_cast<std::uint64_t>(*free)) +
           " are free; make space, or choose another folder");
  }

  RenderSettings film_;
  DiscSettings disc_;
  const std::optional<FitSettings> fit_;
  const bool keep_film_;
  const JobControl& control_;
};

}  // namespace

std::string film_beside(const std::string& image, const FilmSettings& film) {
  const std::string stem = fs::path(image).replace_extension().string();
  if (film.target != DiscTarget::none) return stem + ".mpg";
  FilmOutput output;
  output.path = stem + ".mp4";
  output.width = output.height = 64;
  output.frames = 1;
  try {
    static_cast<void>(resolve(film, output));
    return output.path;
  } catch (const std::invalid_argument&) {
    return stem + ".mkv";
  }
}

void validate(const FilmDiscSettings& settings) {
  const RenderSettings& film = settings.film;
  const DiscSettings disc = normal(settings.disc);
  if (film.film.codec == "null" || film.frame || pictures_of(film))
    refuse("a disc is made of a film, and these settings make none");
  if (FinishedFile::real_path(film.output).empty())
    refuse("a film for a disc must be a file; set output = FILE");
  if (is_same_file(film.output, disc.output))
    refuse("'" + disc.output + "' is both film and image; name another file");
  check_disc_request(disc);
  if (!disc.extras.empty()) {
    const auto inside = [](const std::string& folder) {
      return fs::weakly_canonical(folder).string() + "/";
    };
    if (inside(parent_of(film.output)).starts_with(inside(disc.extras)))
      refuse("'" + film.output + "' would be made among the extras in '" + disc.extras +
             "'; name another folder for it, or keep = FILE elsewhere");
  }
  const bool is_video = film.film.target != DiscTarget::none;
  static_cast<void>(check_disc_kind(disc, is_video ? DiscKind::dvd_video : DiscKind::data));
}

FilmDiscReport render_disc(const FilmDiscSettings& settings, const JobControl& control) {
  return FilmDisc(settings, control).run();
}

}  // namespace lifereel
