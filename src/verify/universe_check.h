// SPDX-License-Identifier: GPL-2.0-or-later
// Are the film's pictures those of its universe? Private to src/.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "src/job_control.h"
#include "src/pipeline/frame_source.h"
#include "src/verify/checked_film.h"
#include "src/verify/findings.h"
#include "src/verify/plane_copy.h"

namespace lifereel {

/// The film's pictures against those of its universe.
class UniverseComparison {
 public:
  /// `control` must outlive it.
  UniverseComparison(Findings& findings, const RenderSettings& film, const EngineSettings& engine,
                     const PictureFormat& format, const JobControl& control);

  /// The luma of the universe's picture of this frame, valid until the next call; std::nullopt
  /// where it has none or it lies before the last one.
  std::optional<PlaneView> see(const ScannedPicture& picture, std::int64_t frame);
  /// No picture follows the last one.
  void finish() { unlike_.finish(); }
  /// Ends the check and fills the report's figures.
  void conclude(VerifyReport& report, Rational rate);

 private:
  void compare_chroma(const PictureView& film, const PictureView& universe, std::int64_t frame);
  bool displaced(const ScannedPicture& picture, std::int64_t frame, double mean_square) const;

  Findings& findings_;
  const std::int64_t frames_;  // of the film
  const std::int64_t warmup_;
  const std::int64_t second_;  // in frames
  const JobControl& control_;
  const std::unique_ptr<Engine> engine_;
  FrameSource universe_;  // its frames are the warm-up's, too
  Streak unlike_;

  std::int64_t compared_ = 0;
  double squares_ = 0, worst_square_ = 0, similarities_ = 0, least_similarity_ = 1;
  std::int64_t worst_frame_ = 0;
  std::int64_t chroma_compared_ = 0;
  double chroma_squares_[2] = {};  // Cb, Cr

  ScannedPicture last_picture_;
  PlaneCopy last_universe_;
  std::int64_t last_frame_ = 0, displaced_pictures_ = 0;
};

/// Decides whether the film can be compared with its universe, and has it compared.
class UniverseCheck {
 public:
  UniverseCheck(const CheckedFilm& film, Findings& findings) : film_(film), findings_(findings) {}

  /// The comparison was asked for. Throws std::invalid_argument for a film that does not tell its
  /// universe.
  void start(const EngineSettings& engine, const JobControl& control);
  /// As UniverseComparison::see(); std::nullopt, too, where nothing is compared.
  std::optional<PlaneView> see(const ScannedPicture& picture, std::int64_t frame);
  /// No picture follows the last one.
  void finish();
  void conclude(VerifyReport& report);

 private:
  const CheckedFilm& film_;
  Findings& findings_;
  bool asked_for_ = false;
  std::optional<UniverseComparison> comparison_;
};

}  // namespace lifereel
