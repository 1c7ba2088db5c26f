// SPDX-License-Identifier: GPL-2.0-or-later
// Pieces of a film, encoded as the film would be (film_to_disc.h, Note: [Fitting]). Private to
// src/.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/checkpoint.h"
#include "sim/engine.h"
#include "src/job_control.h"
#include "src/settings.h"

namespace lifereel {

class FilmPieces {
 public:
  /// `settings`: of the whole film, with a bitrate; only that, maxrate and bufsize may be others
  /// later. `control` must outlive it.
  FilmPieces(const RenderSettings& settings, const JobControl& control);
  ~FilmPieces();

  struct Piece {
    std::int64_t begin = 0, frames = 0;
    double bytes_a_frame = 0;
  };
  /// By these rates: of DVD-Video all that comes into the file, else of pictures alone. Throws as
  /// render() does; Cancelled.
  std::vector<Piece> measure(const FilmSettings& rates);

 private:
  struct Place {
    std::int64_t begin = 0;
    Checkpoint universe;
  };

  RenderSettings piece_settings(const FilmSettings& rates, std::int64_t frames) const;
  double encode(const FilmSettings& rates, std::int64_t frames);
  void choose_world();
  void measure_whole_picture(const FilmSettings& rates);
  void make_engine_of_world();
  void go_to(std::int64_t frame);
  void keep_place(std::int64_t begin);
  Piece measure_here(std::int64_t begin, const FilmSettings& rates);
  std::vector<Piece> first_measure(const FilmSettings& rates);
  void correct(std::vector<Piece>& pieces);
  std::vector<std::int64_t> older_begins(double piece_seconds, double pass_seconds);
  void tell(const char* what, double share) const;

  const RenderSettings settings_;
  const JobControl& control_;
  UniverseSettings world_;
  double worlds_ = 1;                 // that the film's picture is as large as
  double whole_picture_seconds_ = 0;  // of a piece, about
  std::optional<Piece> whole_picture_;
  double correction_ = 1;  // of what pieces of a smaller world come to
  std::int64_t frames_ = 0, piece_frames_ = 0;
  double budget_seconds_ = 0;
  std::unique_ptr<Engine> engine_;
  std::vector<Place> places_;
};

/// The mean over a film of `frames` frames: between pieces as if it changed evenly, behind the last
/// one as in all but the first.
double mean_bytes_a_frame(const std::vector<FilmPieces::Piece>& pieces, std::int64_t frames);

}  // namespace lifereel
