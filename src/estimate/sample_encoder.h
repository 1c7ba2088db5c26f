// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "encoders/film.h"
#include "src/estimate/sample_pictures.h"
#include "src/settings.h"

namespace lifereel {

struct EncoderCost {
  double cpu = 0;  // a picture
  double key_bytes = 0, other_bytes = 0;
  double key_distance = 0;  // 0: not seen
};

class SampleEncoder {
 public:
  SampleEncoder(const RenderSettings& settings, const ResolvedFilm& film, int lanes)
      : settings_(settings), film_(film), lanes_(lanes) {}

  /// The same pictures by as many encoders at once as the film will have.
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
