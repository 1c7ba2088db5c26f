// SPDX-License-Identifier: GPL-2.0-or-later
// What a medium has for a film. Private to src/.
#pragma once

#include <cstdint>
#include <vector>

#include "src/film_to_disc.h"
#include "src/media/image_size.h"
#include "src/media/medium.h"

namespace lifereel {

class DiscBudget {
 public:
  /// Of the film that `settings` resolve to, its length and size aside. Lists the extras. Throws
  /// std::invalid_argument for a medium that is not known, and for extras that no disc takes.
  DiscBudget(const RenderSettings& settings, const FitSettings& fit);

  const Medium& medium() const noexcept { return medium_; }
  /// Of the image of a film of that size and length.
  std::int64_t image_bytes(std::int64_t film_bytes, std::int64_t frames) const;
  /// The largest film whose image takes no more than that part of the medium; below 0 where the
  /// image of an empty one does.
  std::int64_t film_bytes_within(double share, std::int64_t frames) const;
  /// The same, but no more than a title of DVD-Video can hold.
  std::int64_t film_bytes_to_use(double share, std::int64_t frames) const;
  DiscFill fill(std::int64_t film_bytes, std::int64_t frames) const;

  /// Of what a title of DVD-Video can hold: nine VOBs.
  static constexpr std::int64_t most_title_bytes = 9 * ((std::int64_t{1} << 30) - 32768);
  bool is_dvd_video() const noexcept { return dvd_video_; }

 private:
  int chapters(double seconds) const;

  Medium medium_;
  DiscChapters chapters_;
  bool dvd_video_ = false;
  double frames_per_second_ = 0;
  int gop_ = 1;
  std::string film_name_;
  std::vector<ImageItem> extras_;
};

}  // namespace lifereel
