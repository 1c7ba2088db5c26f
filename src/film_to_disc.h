// SPDX-License-Identifier: GPL-2.0-or-later
// From settings to a disc: a film that fills a medium and is no larger, and its image.
//
//   lifereel::RenderSettings settings;
//   lifereel::apply_preset(settings, "dvd_video");
//   settings.output = "film.mpg";
//   const lifereel::FittedFilm fitted = lifereel::fit_to_disc(settings, {"dvd"});
//   lifereel::render_to_fit(fitted.settings, {"dvd"});
//
// Note: [Fitting] What a medium has beside the film is known to the sector: packs, navigation
// packs, tables, file systems, sound. What a bit rate comes to is measured: whole chunks of the
// film, which are the very ones that it will have, from its first on to as far along its universe
// as a part of the film's own time allows, at one or two rates. A large picture stands for itself
// in a smaller world of the same seed and density (estimate.h, Note: [Estimates]), and one piece at
// its own size says how far that is off. Where pieces leave bits unused, the rate stays so low that
// what lies behind the oldest piece fits even if it uses all of its own. The rate is chosen for
// 98.5 % of the medium, so that neither what is not measured nor the length of a last chunk carries
// it beyond, and rounded to three figures. It becomes a setting like any other, so that the film's
// bytes depend on it and on nothing that was measured; working files, and a film that is finished,
// keep it, and the same request takes it from there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "disc.h"
#include "job_control.h"
#include "render.h"
#include "settings.h"

namespace [[gnu::visibility("default")]] lifereel {

/// What a film is to fit on.
struct FitSettings {
  /// "dvd" (either kind: the smaller of both), "dvd-r", "dvd+r", "bd25", "bd50", "bd100", "bd128",
  /// "cd", or a size, "400MB", "4.37GiB".
  std::string medium;

  enum class Choice {
    bitrate,  ///< of a film whose length is given; replaces bitrate and crf
    length,   ///< of a film whose bitrate is given; replaces frames and seconds
    nothing,  ///< both are given, and must fit
  } choose = Choice::bitrate;
  /// A bitrate above that of the settings raises maxrate and bufsize in proportion, but on a DVD,
  /// whose limits stay as they are. With this, they limit the bitrate.
  bool keep_maxrate = false;

  std::string extras;     ///< folder whose contents come on the disc, too; empty: none
  DiscChapters chapters;  ///< of DVD-Video, which take a little room
};

/// How full a medium is.
struct DiscFill {
  std::string medium;  ///< "DVD+R"
  std::int64_t medium_bytes = 0;
  std::int64_t film_bytes = 0;
  std::int64_t image_bytes = 0;

  double share() const noexcept {
    return static_cast<double>(image_bytes) / static_cast<double>(medium_bytes);
  }
  bool fits() const noexcept { return image_bytes <= medium_bytes; }
};

struct FittedFilm {
  RenderSettings settings;  ///< of the film that fits, complete
  DiscFill expected;
  /// The choice was made before: by the render that working files beside the film are of, or the
  /// film that stands under its name already.
  bool chosen_before = false;
  std::string why;  ///< one sentence: what was chosen, and how full that makes the medium
  /// One sentence where that is less than 97 %: why, and which length would fill it. Else empty.
  std::string shortfall;
};

/// Chooses what is missing so that the image of the film, by make_disc() or the programs that it
/// names, fills the medium to 97 to 100 %, as far as measuring tells; render_to_fit() makes sure
/// that it fits. Blocks for up to a tenth of the film's own time, 10 s at least and 5 min at most,
/// and with a large picture for up to 5 min more; nothing is written. JobProgress::step tells what
/// is measured. Throws std::invalid_argument: for settings that render() would refuse, a medium
/// that is not known, a film that has no bitrate to choose (lossless, pictures, the codec null),
/// and one that cannot fit, with the length or the medium that would; Cancelled.
FittedFilm fit_to_disc(const RenderSettings& settings, const FitSettings& fit,
                       const JobControl& control = {});

/// How full a finished film of `settings` makes the medium: exactly for DVD-Video, else at most.
/// Throws std::invalid_argument as above.
DiscFill disc_fill(const RenderSettings& settings, const FitSettings& fit, std::int64_t film_bytes);

/// One sentence: "an image of 4 630 118 400 bytes, 98.5 % of DVD+R".
std::string describe(const DiscFill& fill);

struct FittedRender {
  RenderSettings settings;  ///< of the film as it is now: its bitrate may be lower, or its length
  RenderReport report;      ///< of the last render
  DiscFill fill;
  /// Empty, or where the film is too large all the same, a sentence with what to do.
  std::string too_large;
};

/// render() of what fit_to_disc() chose, and where the film comes out too large all the same,
/// again, twice at most, at the bitrate or of the length that its size asks for: what was measured
/// is not the whole film, which then is. JobControl::notice is told. Until then the larger film
/// keeps its name, also when the other render fails or is stopped; RenderSettings::overwrite and
/// the same settings go on there. JobControl::end_early ends the first render alone; it stops
/// another one, whose chunks are kept. Throws as render() does.
FittedRender render_to_fit(const RenderSettings& settings, const FitSettings& fit,
                           const JobControl& control = {});

/// A film and its disc in one go.
struct FilmDiscSettings {
  RenderSettings film;  ///< `film.output`: where it is made; film_beside() has a name
  DiscSettings disc;    ///< `films` is left empty
  /// Else it is removed when the image is finished, unless it was there before.
  bool keep_film = false;
  /// By what the film was chosen: it is made by render_to_fit(). Else by render().
  std::optional<FitSettings> fit;
};

struct FilmDiscReport {
  /// Nothing where a finished film of these settings was there already.
  std::optional<RenderReport> film;
  DiscReport disc;
  RenderSettings settings;  ///< of the film as it is now
};

/// Where the film of an image is made where nobody says: "disc.mpg" beside "disc.iso", or
/// "disc.mp4", or "disc.mkv" for what an mp4 does not hold.
std::string film_beside(const std::string& image, const FilmSettings& film);

/// What can be known to be wrong before there are all settings of the film: label, image, extras,
/// programs. Throws as render_disc() does.
void validate(const FilmDiscSettings& settings);

/// The film and make_disc(). What is known to be wrong with either (a program that is missing, too
/// little space on the disk for both, a label, the image's name) is thrown before the first frame.
/// A finished film of the same settings under `film.output` is taken as it is. When authoring
/// fails or is cancelled, the film stays, and the sentence says so; the same settings go on there.
/// Throws as both do.
FilmDiscReport render_disc(const FilmDiscSettings& settings, const JobControl& control = {});

}  // namespace lifereel
