// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "encoders/film.h"
#include "encoders/picture_files.h"
#include "src/settings.h"

namespace lifereel {

/// Where a film of these settings goes, and what comes in. Without title and comment. Throws
/// std::invalid_argument where the length is missing.
FilmOutput film_output(const RenderSettings& settings);

/// Nothing where the output is no film of pictures. Throws std::invalid_argument.
std::optional<PictureFiles> pictures_of(const RenderSettings& settings);

/// Throws std::invalid_argument where the look is not drawn with as many bits as the film has.
void check_pixel_format(const RenderSettings& settings);

/// Throws what validate() does; what the film comes to, or nothing where none is encoded.
std::optional<ResolvedFilm> validated_film(const RenderSettings& settings);

}  // namespace lifereel
