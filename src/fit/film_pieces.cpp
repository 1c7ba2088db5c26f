// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/fit/film_pieces.h"

#include <algorithm>
#include <cmath>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "encoders/film.h"
#include "src/estimate/probe_clock.h"
#include "src/estimate/sample_world.h"
#include "src/pipeline/frame_source.h"
#include "src/pipeline/resources.h"
#include "src/render.h"
#include "src/settings/validation.h"

namespace lifereel {
namespace {

/// What is spent on a film: a tenth of its own time, within limits.
constexpr double film_share = 0.1, least_seconds = 10, most_seconds = 300;
constexpr std::size_t fewest_pieces = 4, most_pieces = 8;
/// Of a film in one piece, whose rate control needs a while.
constexpr std::int64_t uncut_piece_frames = 500;
/// Chunks of one piece, which as many lanes encode at once.
constexpr int most_chunks_at_once = 4;

constexpr const char* measuring_step = "measuring pieces of the film";
constexpr const char* whole_picture_step = "measuring a piece at its own size";
constexpr const char* step_again = "measuring them at another bitrate";

bool has_disc_target(const RenderSettings& settings) {
  return settings.film.target != DiscTarget::none;
}

}  // namespace

FilmPieces::FilmPieces(const RenderSettings& settings, const JobControl& control)
    : settings_(settings),
      control_(control),
      world_(settings.universe),
      frames_(frame_count(settings)) {
  const int chunk = chunk_frames(settings.film);
  const ResourceShare share =
      share_resources(settings, usable_resources(), settings.universe.look.draws_colour());
  const int at_once = std::clamp(share.lanes, 1, most_chunks_at_once);
  piece_frames_ = std::min(frames_, chunk > 0 ? std::int64_t{chunk} * at_once : uncut_piece_frames);
  choose_world();
}

FilmPieces::~FilmPieces() {
  engine_.reset();
  places_.clear();
#ifdef __GLIBC__
  malloc_trim(0);  // it is not to count as the film's memory
#endif
}

void FilmPieces::tell(const char* what, double share) const {
  if (!control_.progress) return;
  JobProgress progress;
  progress.step = what;
  progress.share = share;
  control_.progress(progress);
}

void FilmPieces::make_engine_of_world() {
  EngineSettings engine = settings_.engine;
  const ResourceShare share =
      share_resources(settings_, usable_resources(), settings_.universe.look.draws_colour());
  if (engine.engine == EngineChoice::cpu && engine.threads == 0)
    engine.threads = share.engine_threads;
  engine_ = make_engine(world_, engine);
}

RenderSettings FilmPieces::piece_settings(const FilmSettings& rates, std::int64_t frames) const {
  RenderSettings piece = settings_;
  piece.universe = world_;
  piece.film = rates;
  piece.film.audio = {};  // of a disc, its silence takes as much
  piece.film.faststart = false;
  if (has_disc_target(settings_)) {
    piece.film.container = "dvd";
  } else {
    piece.film.container = "nut";  // which never goes back
    piece.film.audio_bitrate.reset();
    for (auto* const rate : {&piece.film.bitrate, &piece.film.maxrate, &piece.film.bufsize})
      if (*rate)
        **rate = std::max<std::int64_t>(1000, std::llround(static_cast<double>(**rate) / worlds_));
  }
  piece.warmup = 0;
  piece.seconds.reset();
  piece.frames = frames;
  piece.output = "/dev/null";
  piece.overwrite = true;
  piece.resume = Resume::off;
  piece.hash.clear();
  piece.stats.clear();
  piece.psnr = false;
  return piece;
}

/// Bytes of so many frames from where the engine is.
double FilmPieces::encode(const FilmSettings& rates, std::int64_t frames) {
  JobControl quiet;
  quiet.cancel = control_.cancel;
  const RenderReport report = render(piece_settings(rates, frames), *engine_, quiet);
  const FilmStatistics& film = report.film;
  const std::int64_t bytes = has_disc_target(settings_) ? film.file_bytes : film.video_bytes;
  return static_cast<double>(bytes) * worlds_;
}

/// What takes too long at its own size stands for itself in a smaller world.
void FilmPieces::choose_world() {
  constexpr double least_pixels = 960.0 * 544;
  constexpr std::int64_t trial_frames = 48;
  constexpr double rates_tried = 1.5;
  const UniverseSettings small = sample_world(settings_.universe, least_pixels);
  budget_seconds_ = least_seconds;
  if (has_disc_target(settings_) || !settings_.film.filter.empty() || small == settings_.universe)
    return;
  world_ = small;
  worlds_ = pixels_of(settings_.universe) / pixels_of(world_);
  make_engine_of_world();
  tell(measuring_step, -1);
  const std::int64_t frames = std::min(trial_frames, piece_frames_);
  const auto start = ProbeClock::now();
  encode(settings_.film, frames);
  const double a_pixel = since(start) / (static_cast<double>(frames) * pixels_of(world_));
  budget_seconds_ = std::clamp(
      film_share * a_pixel * static_cast<double>(frames_) * pixels_of(settings_.universe),
      least_seconds, most_seconds);
  const double affordable = budget_seconds_ / (a_pixel * static_cast<double>(piece_frames_) *
                                               rates_tried * fewest_pieces);
  whole_picture_seconds_ =
      a_pixel * static_cast<double>(piece_frames_) * pixels_of(settings_.universe);
  world_ = sample_world(settings_.universe, std::max(least_pixels, affordable));
  worlds_ = pixels_of(settings_.universe) / pixels_of(world_);
  engine_.reset();
}

/// Rate control begins every chunk with a guess that does not grow with the picture as its bits do,
/// so that chunks of a smaller one come out a few percent smaller or larger: one piece is measured
/// at its own size, where that takes no longer than all others may. The second, for the universe
/// of the first one is unlike any later.
void FilmPieces::measure_whole_picture(const FilmSettings& rates) {
  const std::int64_t begin = frames_ >= 2 * piece_frames_ ? piece_frames_ : 0;
  // Frames that are passed take no longer than others.
  const double passed = static_cast<double>(settings_.warmup + begin);
  const double seconds = whole_picture_seconds_ * (1 + passed / static_cast<double>(piece_frames_));
  if (world_ == settings_.universe || seconds > most_seconds) return;
  const UniverseSettings small = world_;
  const double worlds = worlds_;
  world_ = settings_.universe;
  worlds_ = 1;
  make_engine_of_world();
  tell(whole_picture_step, -1);
  go_to(begin);
  whole_picture_ = measure_here(begin, rates);
  engine_.reset();
  world_ = small;
  worlds_ = worlds;
}

/// Where further pieces begin: every one where there is time for all, else further and further
/// apart, for a young universe changes most.
std::vector<std::int64_t> FilmPieces::older_begins(double piece_seconds, double pass_seconds) {
  const std::int64_t all = (frames_ + piece_frames_ - 1) / piece_frames_;
  if (static_cast<double>(all) * piece_seconds <= budget_seconds_) {
    std::vector<std::int64_t> begins;
    for (std::int64_t piece = 1; piece < all; ++piece) begins.push_back(piece * piece_frames_);
    return begins;
  }
  const auto count = std::clamp(static_cast<std::size_t>(0.6 * budget_seconds_ / piece_seconds),
                                fewest_pieces, most_pieces);
  const std::int64_t last = all - 2;  // the very last one may be cut short
  const double reach =
      std::max(static_cast<double>(count), 0.4 * budget_seconds_ / std::max(pass_seconds, 1e-6));
  const double farthest = std::min(static_cast<double>(last), reach);
  std::vector<std::int64_t> begins;
  for (std::size_t i = 1; i < count; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(count - 1);
    const auto piece = static_cast<std::int64_t>(std::lround(std::pow(farthest, part)));
    if (piece <= last && (begins.empty() || piece * piece_frames_ > begins.back()) && piece > 0)
      begins.push_back(piece * piece_frames_);
  }
  return begins;
}

/// Brings the engine to that frame of the film.
void FilmPieces::go_to(std::int64_t frame) {
  const auto universe_frame = static_cast<std::int64_t>(engine_->frame());
  const RenderSettings piece = piece_settings(settings_.film, piece_frames_);
  JobControl quiet;
  quiet.cancel = control_.cancel;
  pass_frames(*engine_, resolve(piece.film, film_output(piece)).pictures,
              settings_.warmup + frame - universe_frame, quiet);
}

FilmPieces::Piece FilmPieces::measure_here(std::int64_t begin, const FilmSettings& rates) {
  const std::int64_t frames = std::min(piece_frames_, frames_ - begin);
  const double bytes = encode(rates, frames) * correction_;
  return {begin, frames, bytes / static_cast<double>(frames)};
}

void FilmPieces::keep_place(std::int64_t begin) {
  Place place;
  place.begin = begin;
  engine_->save(place.universe);
  places_.push_back(std::move(place));
}

std::vector<FilmPieces::Piece> FilmPieces::first_measure(const FilmSettings& rates) {
  measure_whole_picture(rates);
  make_engine_of_world();
  tell(measuring_step, 0);
  go_to(0);
  keep_place(0);
  std::vector<Piece> pieces;
  const auto start = ProbeClock::now();
  pieces.push_back(measure_here(0, rates));
  const double piece_seconds = since(start);
  if (budget_seconds_ <= least_seconds)
    budget_seconds_ = std::clamp(film_share * piece_seconds * static_cast<double>(frames_) /
                                     static_cast<double>(piece_frames_),
                                 least_seconds, most_seconds);
  const auto passing = ProbeClock::now();
  const std::int64_t next = std::min(2 * piece_frames_, frames_);
  std::vector<std::int64_t> begins;
  if (static_cast<double>(frames_) * piece_seconds >
      budget_seconds_ * static_cast<double>(piece_frames_)) {
    // How far there is time to go.
    go_to(next - 1);
    begins = older_begins(piece_seconds, since(passing));
    engine_->restore(places_.front().universe);
  } else {
    begins = older_begins(piece_seconds, 0);
  }
  if (whole_picture_ && whole_picture_->begin > 0 &&
      (begins.empty() || begins.front() > whole_picture_->begin))
    begins.insert(begins.begin(), whole_picture_->begin);
  for (const std::int64_t begin : begins) {
    tell(measuring_step,
         static_cast<double>(pieces.size()) / static_cast<double>(begins.size() + 1));
    go_to(begin);
    keep_place(begin);
    pieces.push_back(measure_here(begin, rates));
  }
  correct(pieces);
  return pieces;
}

void FilmPieces::correct(std::vector<Piece>& pieces) {
  if (!whole_picture_) return;
  const auto same = std::find_if(pieces.begin(), pieces.end(), [this](const Piece& piece) {
    return piece.begin == whole_picture_->begin;
  });
  if (same == pieces.end() || same->bytes_a_frame <= 0) return;
  correction_ = whole_picture_->bytes_a_frame / same->bytes_a_frame;
  for (Piece& piece : pieces) piece.bytes_a_frame *= correction_;
}

std::vector<FilmPieces::Piece> FilmPieces::measure(const FilmSettings& rates) {
  if (places_.empty()) return first_measure(rates);
  std::vector<Piece> pieces;
  for (const Place& place : places_) {
    tell(step_again, static_cast<double>(pieces.size()) / static_cast<double>(places_.size()));
    engine_->restore(place.universe);
    pieces.push_back(measure_here(place.begin, rates));
  }
  return pieces;
}

namespace {

/// Where bits are left unused, one piece differs from the next by a tenth: no single one is to
/// stand for all that is older. The first one is of a universe like no other.
double mean_of_older(const std::vector<FilmPieces::Piece>& pieces) {
  if (pieces.size() == 1) return pieces.front().bytes_a_frame;
  double sum = 0;
  for (std::size_t i = 1; i < pieces.size(); ++i) sum += pieces[i].bytes_a_frame;
  return sum / static_cast<double>(pieces.size() - 1);
}

}  // namespace

double mean_bytes_a_frame(const std::vector<FilmPieces::Piece>& pieces, std::int64_t frames) {
  const auto middle = [](const FilmPieces::Piece& piece) {
    return static_cast<double>(piece.begin) + static_cast<double>(piece.frames) / 2;
  };
  const auto end = static_cast<double>(frames);
  double sum = 0, done = 0;
  std::int64_t measured = 0;
  for (const FilmPieces::Piece& piece : pieces)
    if (piece.begin == measured) {
      measured += piece.frames;
      sum += piece.bytes_a_frame * static_cast<double>(piece.frames);
    }
  if (measured == frames) return sum / end;  // all of it
  sum = 0;
  const auto add = [&](double until, double from_value, double to_value) {
    const double stop = std::clamp(until, done, end);
    const double way = until > done ? (stop - done) / (until - done) : 0;
    const double stop_value = from_value + (to_value - from_value) * way;
    sum += (stop - done) * (from_value + stop_value) / 2;
    done = stop;
  };
  add(middle(pieces.front()), pieces.front().bytes_a_frame, pieces.front().bytes_a_frame);
  for (std::size_t i = 1; i < pieces.size(); ++i)
    add(middle(pieces[i]), pieces[i - 1].bytes_a_frame, pieces[i].bytes_a_frame);
  const double older = mean_of_older(pieces);
  add(end, older, older);
  return sum / end;
}

}  // namespace lifereel
