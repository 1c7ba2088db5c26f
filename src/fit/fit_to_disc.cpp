// SPDX-License-Identifier: GPL-2.0-or-later
// fit_to_disc() of film_to_disc.h.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoders/film.h"
#include "encoders/finished_file.h"
#include "encoders/sound_file.h"
#include "src/film_to_disc.h"
#include "src/fit/chosen_before.h"
#include "src/fit/disc_budget.h"
#include "src/fit/film_pieces.h"
#include "src/fit/fit_choice.h"
#include "src/media/film_size.h"
#include "src/render/film_sound.h"
#include "src/settings/codec_names.h"
#include "src/settings/validation.h"
#include "src/text/format.h"
#include "src/text/quantities.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

using Choice = FitSettings::Choice;

/// Of the medium, by what is measured: what it may come to, and by arithmetic alone, which pieces
/// do not see beyond; from where on it counts as filled.
constexpr double most = 0.995, most_by_arithmetic = 0.993, filled = 0.97;
/// What is measured is as good as the aim.
constexpr double good_enough = 0.002;
/// So little is made up for without another measurement: sizes follow rates.
constexpr double little = 0.02;
/// Of a change of the bitrate, what a film follows that has a use for all its bits.
constexpr double follows_all_the_way = 0.9;

std::string rate_text(std::int64_t bits_a_second) {
  return format("%lld kb/s", static_cast<long long>(bits_a_second / 1000));
}

std::string size_of(std::int64_t bytes) {
  return size_text(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

std::string percent_text(double share) { return format("%.1f %%", 100 * share); }

/// Throws std::invalid_argument for what has no bitrate to choose.
void check_kind(const RenderSettings& settings) {
  const FilmSettings& film = settings.film;
  if (film.codec == "null")
    refuse("codec null makes no film, and a disc is to have one; choose another codec");
  if (settings.frame || pictures_of(settings))
    refuse("a disc is fitted with a film, and " + in_quotes(settings.output) +
           " names pictures; name a film, output = film.mp4");
  check_codec_exists(film.codec);
  if (film.codec == "rawvideo")
    refuse(
        "a raw film has no bitrate that could be chosen for a disc; take the codec libx264 or "
        "another, or give the length and leave the disc out");
  if (film.audio.given() && !film.audio_bitrate && film.target == DiscTarget::none) {
    RenderSettings settled = settings;
    if (!settled.output.empty() &&
        !resolve(settled.film, film_output(settled)).settings.audio_bitrate)
      refuse(
          "how large lossless sound becomes is not known beforehand; set audio-bitrate = 192k, "
          "or name the film .mp4");
  }
}

class Fit {
 public:
  Fit(const RenderSettings& settings, const FitSettings& fit, const JobControl& control)
      : wanted_(settings), fit_(fit), control_(control), budget_(with_a_name(settings), fit) {
    wanted_ = with_a_name(wanted_);
    check_kind(wanted_);
    identify_sound(wanted_.film, control);
  }

  FittedFilm run() {
    if (fit_.choose != Choice::length) frame_count(wanted_);
    if (fit_.choose != Choice::bitrate && !wanted_.film.bitrate)
      refuse(fit_.choose == Choice::length
                 ? "the length that fills a disc follows from a bitrate, and none is given; set "
                   "bitrate = RATE"
                 : "whether a film fits follows from its bitrate, and none is given; set bitrate "
                   "= RATE");
    if (const std::optional<ChosenBefore> before = chosen_before(wanted_))
      if (const std::optional<FittedFilm> fitted = as_before(*before)) return *fitted;
    switch (fit_.choose) {
      case Choice::bitrate:
        return choose_bitrate();
      case Choice::length:
        return choose_length();
      case Choice::nothing:
        break;
    }
    return check_both();
  }

 private:
  static RenderSettings with_a_name(RenderSettings settings) {
    if (settings.output.empty())
      settings.output = settings.film.target == DiscTarget::none ? "film.mp4" : "film.mpg";
    return settings;
  }

  const Medium& medium() const { return budget_.medium(); }
  bool is_dvd() const { return budget_.is_dvd_video(); }

  RenderSettings at_rate(std::int64_t bitrate) const {
    RenderSettings settings = wanted_;
    FilmSettings& film = settings.film;
    const std::optional<std::int64_t> before = film.bitrate;
    film.crf.reset();
    film.bitrate = bitrate;
    if (is_dvd() || fit_.keep_maxrate || !film.maxrate) return settings;
    constexpr double usual_peak = 2;  // times the bitrate, where there was none
    const double peak =
        before ? static_cast<double>(*film.maxrate) / static_cast<double>(*before) : usual_peak;
    const auto maxrate =
        static_cast<std::int64_t>(peak * static_cast<double>(bitrate)) / 1000 * 1000;
    if (maxrate <= *film.maxrate) return settings;
    if (film.bufsize)
      film.bufsize = static_cast<std::int64_t>(static_cast<double>(*film.bufsize) *
                                               static_cast<double>(maxrate) /
                                               static_cast<double>(*film.maxrate)) /
                     1000 * 1000;
    film.maxrate = maxrate;
    return settings;
  }

  ResolvedFilm resolved(const RenderSettings& settings) const {
    return resolve(settings.film, film_output(settings));
  }

  /// That maxrate leaves, with room for joins.
  std::int64_t highest_bitrate() const {
    if (!is_dvd() && !(fit_.keep_maxrate && wanted_.film.maxrate))
      return std::numeric_limits<std::int64_t>::max();
    const ResolvedFilm film = resolved(at_rate(100'000));
    return film.chunk_rate
               ? film.chunk_rate->maxrate
               : film.settings.maxrate.value_or(std::numeric_limits<std::int64_t>::max());
  }

  /// The bitrate by which arithmetic fills that part of the medium.
  double rate_within(double share, std::int64_t frames) const {
    const double film = static_cast<double>(room(share, frames));
    const double seconds = static_cast<double>(frames) / wanted_.film.frames_per_second.value();
    return video_bytes_within(resolved(at_rate(least_fitted_bitrate)), film, frames) * 8 / seconds;
  }

  std::int64_t room(double share, std::int64_t frames) const {
    return budget_.film_bytes_to_use(share, frames);
  }

  double by_arithmetic(const RenderSettings& settings, std::int64_t frames) const {
    const double seconds = static_cast<double>(frames) / settings.film.frames_per_second.value();
    return film_file_bytes(resolved(settings),
                           static_cast<double>(*settings.film.bitrate) / 8 * seconds, frames);
  }

  /// The film's bytes, by pieces of it.
  double by_pieces(const RenderSettings& settings, const std::vector<FilmPieces::Piece>& pieces,
                   std::int64_t frames) const {
    const double bytes = mean_bytes_a_frame(pieces, frames) * static_cast<double>(frames);
    return is_dvd() ? bytes : film_file_bytes(resolved(settings), bytes, frames);
  }

  /// At most, about: what lies behind the oldest piece takes all that it is asked to, though
  /// younger pictures may have left some of it unused.
  double at_most(const RenderSettings& settings, const std::vector<FilmPieces::Piece>& pieces,
                 std::int64_t frames) const {
    const std::int64_t measured = std::min(pieces.back().begin + pieces.back().frames, frames);
    const auto rest = static_cast<double>(frames - measured);
    const double asked = by_arithmetic(settings, frames) / static_cast<double>(frames);
    const double last = by_pieces(settings, pieces, frames) - by_pieces(settings, pieces, measured);
    return by_pieces(settings, pieces, measured) + std::max(last, asked * rest);
  }

  void check_resolves(const RenderSettings& settings) const {
    RenderSettings checked = settings;
    checked.overwrite = true;  // what is there is looked at by render()
    validate(checked);
    const std::optional<ChosenBefore> before = chosen_before(settings);
    if (!before || !before->is_unfinished)
      FinishedFile::check_path(settings.output, settings.overwrite);
  }

  // Of a render that was stopped, or finished; nothing where it was chosen for another medium.
  std::optional<FittedFilm> as_before(const ChosenBefore& before) const {
    const RenderSettings settings = with_choice(wanted_, before);
    if (fit_.choose == Choice::nothing) return std::nullopt;
    if (settings.resume == Resume::restart || settings.resume == Resume::off) return std::nullopt;
    if (!settings.frames && !settings.seconds) return std::nullopt;
    const bool same_question = fit_.choose == Choice::length
                                   ? settings.film.bitrate == wanted_.film.bitrate
                                   : frame_count(settings) == frame_count(wanted_);
    if (!same_question) return std::nullopt;
    FittedFilm fitted;
    fitted.settings = restored_output(settings);
    const std::int64_t frames = frame_count(settings);
    fitted.expected =
        budget_.fill(static_cast<std::int64_t>(by_what_came(settings, before, frames)), frames);
    if (!is_for_this_medium(settings, before, fitted.expected.share())) {
      if (!before.is_unfinished) return by_film_there(settings, before, fitted.expected.share());
      refuse("what is kept of " + in_quotes(settings.output) + " was chosen for another medium, " +
             percent_text(fitted.expected.share()) + " of " + medium().description +
             "; name that one, go on without any at " + choice_text(settings) +
             ", or begin anew with resume = restart");
    }
    fitted.chosen_before = true;
    fitted.why = choice_text(settings) + ", as when '" + settings.output + "' was begun";
    return fitted;
  }

  /// A film that is a little too large says better than pieces what fits.
  std::optional<FittedFilm> by_film_there(const RenderSettings& settings,
                                          const ChosenBefore& before, double share) const {
    constexpr double a_little_more = 1.1;
    if (!settings.overwrite || share <= 1 || share > a_little_more) return std::nullopt;
    const std::optional<RenderSettings> next = smaller_film(settings, fit_, before.film_bytes);
    if (!next) return std::nullopt;
    check_resolves(*next);
    return fitted_film(*next, static_cast<double>(room(aim_of_fit, frame_count(*next))));
  }

  /// The film's bytes, by what there is of it.
  double by_what_came(const RenderSettings& settings, const ChosenBefore& before,
                      std::int64_t frames) const {
    if (before.film_bytes > 0) return static_cast<double>(before.film_bytes);
    const ResolvedFilm film = resolved(settings);
    const std::int64_t kept =
        std::min(frames, before.chunks * std::int64_t{film.settings.chunk_frames});
    if (kept == 0) return by_arithmetic(settings, frames);
    const double a_frame = static_cast<double>(before.chunk_bytes) / static_cast<double>(kept);
    return film_file_bytes(film, a_frame * static_cast<double>(frames), frames);
  }

  /// Rates are chosen by what they were measured to come to, which may be more than arithmetic says
  /// and, where the encoder has no use for all of it, much less.
  bool is_for_this_medium(const RenderSettings& settings, const ChosenBefore& before,
                          double share) const {
    if (before.film_bytes > 0 && share > 1) return false;
    const std::int64_t frames = frame_count(settings);
    const double asked =
        budget_.fill(static_cast<std::int64_t>(by_arithmetic(settings, frames)), frames).share();
    const bool is_known = before.film_bytes > 0 || before.chunks > 0;
    // What is kept are its first chunks, which are not quite like the rest.
    const double too_little = is_known ? 0.9 : 0.6, too_much = is_known ? 1.06 : 1.25;
    const bool as_much_as_may_be = *settings.film.bitrate >= highest_bitrate() / 100 * 98;
    // Chunks that are kept are larger than what they have in the film, and may be the largest.
    return std::min(share, asked) <= too_much &&
           (std::max(share, asked) >= too_little || as_much_as_may_be);
  }

  /// The name that was given, or none.
  RenderSettings restored_output(RenderSettings settings) const {
    settings.output = output_;
    return settings;
  }

  std::string choice_text(const RenderSettings& settings) const {
    return text_of_choice(settings, fit_.choose);
  }

  FittedFilm fitted_film(const RenderSettings& settings, double bytes) const {
    FittedFilm fitted;
    fitted.settings = restored_output(settings);
    fitted.expected =
        budget_.fill(static_cast<std::int64_t>(std::llround(bytes)), frame_count(settings));
    const std::string full = percent_text(fitted.expected.share()) + " of " + medium().description +
                             ", a film of " + size_of(fitted.expected.film_bytes);
    fitted.why = choice_text(settings) + " makes " + full;
    return fitted;
  }

  /// How long a film at that rate, of which so many frames come to so many bytes, fills it.
  std::string filling_length(const RenderSettings& settings, double bytes) const {
    const std::int64_t frames = frame_count(settings);
    const double a_frame = bytes / static_cast<double>(frames);
    const std::int64_t most_frames = frames_that_fill(a_frame);
    const double seconds =
        std::floor(static_cast<double>(most_frames) / settings.film.frames_per_second.value());
    return format("seconds = %.0f (", seconds) + duration_text(seconds) + ")";
  }

  /// The longest film of which that part of the medium holds what `bytes_of` says of a length.
  std::int64_t frames_that_fill(const std::function<double(std::int64_t)>& bytes_of,
                                double share) const {
    std::int64_t low = 0, high = 1'000'000'000'000;
    while (low + 1 < high) {
      const std::int64_t middle = low + (high - low) / 2;
      const double bytes = bytes_of(middle);
      constexpr double beyond_all = 1e15;
      const bool fits = bytes < beyond_all && bytes <= static_cast<double>(room(share, middle));
      (fits ? low : high) = middle;
    }
    return low;
  }
  std::int64_t frames_that_fill(double bytes_a_frame) const {
    return frames_that_fill(
        [bytes_a_frame](std::int64_t frames) {
          return bytes_a_frame * static_cast<double>(frames);
        },
        aim_of_fit);
  }

  [[noreturn]] void refuse_length(const RenderSettings& settings, double bytes,
                                  const std::string& at) const {
    const std::int64_t frames = frame_count(settings);
    const std::int64_t image = budget_.image_bytes(static_cast<std::int64_t>(bytes), frames);
    std::string others;
    for (const Medium& other : media())
      if (other.bytes() >= image && other.bytes() > medium().bytes()) {
        others = ", or a larger medium, disc = " + other.name;
        break;
      }
    const double a_frame = bytes / static_cast<double>(frames);
    const bool some_length = frames_that_fill(a_frame) > 0;
    refuse("a film of " + duration_text(seconds_of(settings)) + " does not fit on " +
           medium().description + at + ", where it comes to " +
           size_of(static_cast<std::int64_t>(bytes)) +
           (some_length ? ": make it no longer than " + filling_length(settings, bytes)
                        : std::string(": choose a larger medium")) +
           (some_length ? others : std::string()));
  }

  void check_medium(std::int64_t frames) const {
    if (room(1, frames) > 0) return;
    refuse(medium().description + " holds no film: an image without any takes " +
           size_of(budget_.image_bytes(0, frames)) + "; name a larger one");
  }

  FittedFilm choose_bitrate() {
    const std::int64_t frames = frame_count(wanted_);
    check_medium(frames);
    const double target = static_cast<double>(room(aim_of_fit, frames));
    const auto limit = static_cast<double>(highest_bitrate());
    const double by_share = rate_within(aim_of_fit, frames);
    if (by_share < static_cast<double>(least_fitted_bitrate)) {
      const RenderSettings least = at_rate(least_fitted_bitrate);
      check_resolves(least);
      refuse_length(least, by_arithmetic(least, frames),
                    " beside its sound, even without pictures");
    }
    const bool limited = by_share > limit;
    const auto highest = std::min(limit, rate_within(most_by_arithmetic, frames));
    std::int64_t rate = rounded_down(std::min(by_share, limit));
    check_resolves(at_rate(rate));
    FilmPieces pieces(at_rate(rate), control_);
    double bytes = measured(pieces, rate, frames).bytes;
    bool unused = false;
    if (bytes > (1 + good_enough) * target) {
      lower(pieces, rate, bytes, target, frames);
    } else if (bytes < (1 - good_enough) * target && !limited) {
      unused = !raise(pieces, rate, bytes, target, limit, highest, frames);
    }
    FittedFilm fitted = fitted_film(at_rate(rate), bytes);
    if (fitted.expected.share() >= filled) return fitted;
    const std::string cannot = "it cannot use all of " + medium().description + ": ";
    if (is_dvd() && budget_.film_bytes_within(aim_of_fit, frames) > DiscBudget::most_title_bytes)
      fitted.shortfall = cannot + "a title of DVD-Video has " +
                         size_of(DiscBudget::most_title_bytes) +
                         " at most, and a disc may have several";
    else
      fitted.shortfall =
          cannot +
          (limited && !unused ? rate_text(rate) + " is the most that " +
                                    (is_dvd() ? "DVD-Video" : "maxrate") + " has room for"
                              : "at " + rate_text(rate) + " its encoder has no use for more bits") +
          "; a longer film would, " + filling_length(fitted.settings, bytes);
    return fitted;
  }

  struct Measured {
    double bytes = 0, at_most = 0;
  };

  Measured measured(FilmPieces& film, std::int64_t rate, std::int64_t frames) const {
    const RenderSettings settings = at_rate(rate);
    const std::vector<FilmPieces::Piece> pieces = film.measure(settings.film);
    return {by_pieces(settings, pieces, frames), at_most(settings, pieces, frames)};
  }

  /// The film came to more than it was told.
  void lower(FilmPieces& pieces, std::int64_t& rate, double& bytes, double target,
             std::int64_t frames) const {
    const auto most_bytes = static_cast<double>(room(most, frames));
    if (bytes <= (1 + little) * target) {
      const std::int64_t next = rounded_down(static_cast<double>(rate) * target / bytes);
      bytes *= static_cast<double>(next) / static_cast<double>(rate);
      rate = next;
      return;
    }
    constexpr int tries = 4;
    for (int i = 0; i < tries && bytes > (1 + good_enough) * target; ++i) {
      const std::int64_t next =
          std::max(least_fitted_bitrate, rounded_down(static_cast<double>(rate) * target / bytes));
      if (next >= rate) break;
      const double then = measured(pieces, next, frames).bytes;
      const double given = static_cast<double>(next) / static_cast<double>(rate);
      rate = next;
      const double before = bytes;
      bytes = then;
      constexpr double hardly = 0.1;
      if (1 - then / before < hardly * (1 - given)) break;  // its coarsest pictures
    }
    if (bytes > most_bytes)
      refuse_length(at_rate(rate), bytes,
                    " even at " + rate_text(rate) + ", at which its pictures are the coarsest");
  }

  /// The film came to less than it was told. False where more bits make no more of it.
  bool raise(FilmPieces& pieces, std::int64_t& rate, double& bytes, double target, double limit,
             double highest, std::int64_t frames) const {
    const std::int64_t careful =
        rounded_down(std::min(highest, static_cast<double>(rate) * target / bytes));
    const std::int64_t bold =
        rounded_down(std::min(limit, static_cast<double>(rate) * target / bytes));
    const double missing = 1 - bytes / target;
    constexpr double within_arithmetic = 0.012;
    if (missing <= within_arithmetic || bold <= rate) {
      bytes *= static_cast<double>(careful) / static_cast<double>(rate);
      rate = careful;
      return true;
    }
    // Is it the rate control, which is always so much short, or is there nothing more to encode?
    const auto [then, then_at_most] = measured(pieces, bold, frames);
    const double asked = static_cast<double>(bold) / static_cast<double>(rate) - 1;
    const double got = then / bytes - 1;
    constexpr double follows = 0.6;
    if (got < follows * asked) return false;
    const double slope = (then - bytes) / static_cast<double>(bold - rate);
    // Not far beyond what was measured, where it may follow otherwise.
    const double furthest = static_cast<double>(bold) + static_cast<double>(bold - rate) / 2;
    // Nor so far that older pictures, which were not measured, carry the film beyond its medium.
    double surely = limit;
    if (got < follows_all_the_way * asked)
      surely = std::max(
          static_cast<double>(rate),
          static_cast<double>(bold) * static_cast<double>(room(most, frames)) / then_at_most);
    const std::int64_t chosen = rounded_down(
        std::min({limit, furthest, surely, static_cast<double>(rate) + (target - bytes) / slope}));
    bytes += slope * static_cast<double>(chosen - rate);
    rate = chosen;
    return true;
  }

  FittedFilm choose_length() {
    RenderSettings settings = wanted_;
    settings.film.crf.reset();
    settings.seconds.reset();
    settings.frames = 1;
    check_medium(1);
    const double second = settings.film.frames_per_second.value();
    const double a_frame = by_arithmetic(settings, 100'000) / 100'000;
    std::int64_t frames = frames_that_fill(a_frame);
    if (frames < 1)
      refuse("not a single frame fits on " + medium().description + " at " +
             rate_text(*settings.film.bitrate) + "; name a larger medium, or lower bitrate");
    settings.frames = std::min(frames, longest(settings));
    check_resolves(settings);
    FilmPieces film(settings, control_);
    const std::vector<FilmPieces::Piece> pieces = film.measure(settings.film);
    const double expected = by_arithmetic(settings, *settings.frames);
    const double bytes = by_pieces(settings, pieces, *settings.frames);
    frames = std::min(
        frames_that_fill([&](std::int64_t length) { return by_pieces(settings, pieces, length); },
                         aim_of_fit),
        longest(settings));
    // Where bits are left over, older pictures that were not measured may ask for them.
    if (bytes < filled * expected && leaves_bits(film, settings, bytes))
      frames = std::min(
          frames,
          frames_that_fill([&](std::int64_t length) { return at_most(settings, pieces, length); },
                           most));
    const double seconds = static_cast<double>(frames) / second;
    constexpr double whole_seconds_from = 100;
    settings.frames.reset();
    if (seconds >= whole_seconds_from)
      settings.seconds = std::floor(seconds);
    else
      settings.frames = std::max<std::int64_t>(1, frames);
    const std::int64_t chosen = frame_count(settings);
    FittedFilm fitted = fitted_film(settings, by_pieces(settings, pieces, chosen));
    if (fitted.expected.share() < filled)
      fitted.shortfall = chosen >= longest(settings)
                             ? "a film of DVD-Video ends at 24 hours; a higher bitrate fills " +
                                   medium().description
                             : "at " + rate_text(*settings.film.bitrate) +
                                   " its encoder leaves bits unused, as far as was measured; a "
                                   "lower bitrate fills " +
                                   medium().description + " with a longer film";
    return fitted;
  }

  /// Whether less would do, or it is rate control that comes out short at any bitrate.
  bool leaves_bits(FilmPieces& film, RenderSettings settings, double bytes) const {
    constexpr double a_little_less = 0.95;
    settings.film.bitrate =
        static_cast<std::int64_t>(a_little_less * static_cast<double>(*settings.film.bitrate));
    const double then = by_pieces(settings, film.measure(settings.film), *settings.frames);
    return 1 - then / bytes < follows_all_the_way * (1 - a_little_less);
  }

  std::int64_t longest(const RenderSettings& settings) const {
    constexpr double longest_disc_seconds = 24 * 3600;
    return is_dvd() ? static_cast<std::int64_t>(longest_disc_seconds *
                                                settings.film.frames_per_second.value())
                    : 1'000'000'000'000;
  }

  FittedFilm check_both() {
    RenderSettings settings = wanted_;
    settings.film.crf.reset();
    const std::int64_t frames = frame_count(settings);
    check_medium(frames);
    const std::string at = " at " + rate_text(*settings.film.bitrate);
    const double arithmetic = by_arithmetic(settings, frames);
    constexpr double surely_too_much = 1.1;
    if (arithmetic > surely_too_much * static_cast<double>(room(1, frames)))
      refuse_length(settings, arithmetic, at);
    check_resolves(settings);
    FilmPieces pieces(settings, control_);
    const double bytes = by_pieces(settings, pieces.measure(settings.film), frames);
    if (bytes > static_cast<double>(room(most, frames))) refuse_length(settings, bytes, at);
    return fitted_film(settings, bytes);
  }

  RenderSettings wanted_;
  const FitSettings& fit_;
  const JobControl& control_;
  const DiscBudget budget_;
  const std::string output_ = wanted_.output;
};

}  // namespace

FittedFilm fit_to_disc(const RenderSettings& settings, const FitSettings& fit,
                       const JobControl& control) {
  return Fit(settings, fit, control).run();
}

DiscFill disc_fill(const RenderSettings& settings, const FitSettings& fit,
                   std::int64_t film_bytes) {
  return DiscBudget(settings, fit).fill(film_bytes, frame_count(settings));
}

std::string describe(const DiscFill& fill) {
  return "an image of " + size_of(fill.image_bytes) + ", " + percent_text(fill.share()) + " of " +
         fill.medium;
}

}  // namespace lifereel
