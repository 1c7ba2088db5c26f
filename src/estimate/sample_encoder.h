// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "encoders/film.h"
#include "src/estimate/sample_pictures.h"
#include "src/settings.h"

namespace lifereel {

struct EncoderCost {
  double cpu = 0;  // a picture
  double key_bytes = 0;
  double early_bytes = 0,
         late_bytes = 0;    // of others, in the first half of what counts, the second
  int counted = 0;          // pictures
  double saved_at_end = 0;  // bytes: nothing refers to the last pictures, which are made with less
  double key_distance = 0;  // 0: not seen
};

class SampleEncoder {
 public:
  SampleEncoder(const RenderSettings& settings, const ResolvedFilm& film, int lanes)
      : settings_(settings), film_(film), lanes_(lanes) {}

  /// The pictures by as many encoders at once as the film will have, each with one of their parts.
  EncoderCost encode(const SamplePictures& pictures) const;

 private:
  FilmOutput output_for(const SamplePictures& pictures) const;
  /// Rates are those of as much of the picture as is encoded.
  FilmSettings film_for(const SamplePictures& pictures) const;

  const RenderSettings& settings_;
  const ResolvedFilm& film_;
  const int lanes_;
};

}  // namespace lifereel
