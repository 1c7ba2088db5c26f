// SPDX-License-Identifier: GPL-2.0-or-later
// What a verification sees in a film's pictures. Private to src/.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "encoders/read/film_scan.h"
#include "src/pictures/luma.h"
#include "src/pipeline/frame_source.h"
#include "src/settings.h"
#include "src/verify/findings.h"

namespace lifereel {

/// The luma of a picture that has any.
inline LumaView luma_view(const ScannedPicture& picture) noexcept {
  return {picture.luma, picture.stride_bytes, picture.width, picture.height};
}

/// A copy of somebody else's luma.
class LumaCopy {
 public:
  void assign(const LumaView& picture);
  void clear() noexcept { luma_.clear(); }
  bool empty() const noexcept { return luma_.empty(); }
  LumaView view() const noexcept { return {luma_.data(), width_, width_, height_}; }

 private:
  std::vector<std::uint8_t> luma_;
  int width_ = 0, height_ = 0;
};

/// Black pictures, and pictures that stand still. All pictures have one size.
class MotionCheck {
 public:
  MotionCheck(Findings& findings, Rational rate);

  /// `universe` is its picture of the same frame, where it is known: what stands still there may
  /// stand still in the film.
  void see(const ScannedPicture& picture, std::int64_t frame, bool black,
           const std::optional<LumaView>& universe);
  /// No picture follows the last one.
  void finish();
  /// `seen`: there were pictures, and something could be seen of all of them.
  void conclude(bool seen);

 private:
  void finish_still();

  Findings& findings_;
  const Rational rate_;
  Streak black_;
  // Pictures are held against the first of those that look alike, so that slow motion counts.
  ScannedPicture still_;
  LumaCopy still_universe_;
  std::int64_t first_ = 0, last_ = 0;
  bool all_black_ = false, universe_known_ = false, universe_moves_ = false;
};

/// The film's pictures against those of its universe.
class UniverseComparison {
 public:
  /// `cancel` may be nullptr.
  UniverseComparison(Findings& findings, const RenderSettings& film, const EngineSettings& engine,
                     PixelFormat format, const std::atomic<bool>* cancel);

  /// The universe's picture of this frame, valid until the next call; std::nullopt where it has
  /// none or it lies before the last one.
  std::optional<LumaView> see(const ScannedPicture& picture, std::int64_t frame);
  /// No picture follows the last one.
  void finish() { unlike_.finish(); }
  /// Ends the check and fills the report's figures.
  void conclude(VerifyReport& report, Rational rate);

 private:
  bool displaced(const ScannedPicture& picture, std::int64_t frame, double mean_square) const;

  Findings& findings_;
  const std::int64_t frames_;  // of the film
  const std::int64_t second_;  // in frames
  const std::atomic<bool>* cancel_;
  const std::unique_ptr<Engine> engine_;
  FrameSource universe_;
  Streak unlike_;

  std::int64_t compared_ = 0;
  double squares_ = 0, worst_square_ = 0, similarities_ = 0, least_similarity_ = 1;
  std::int64_t worst_frame_ = 0;

  ScannedPicture last_picture_;
  LumaCopy last_universe_;
  std::int64_t last_frame_ = 0, displaced_pictures_ = 0;
};

}  // namespace lifereel
