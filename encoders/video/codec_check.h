// SPDX-License-Identifier: GPL-2.0-or-later
// What an encoder cannot do, told before it is opened. Internal to encoders/.
#pragma once

#include "encoders/film_settings.h"

namespace lifereel {

/// Throws std::invalid_argument for contradictory or unusable rate control, and for what the codec
/// has no setting for.
void check_codec_settings(const FilmSettings& asked);

/// Throws std::invalid_argument for options that the codec does not know, listing those it has, or
/// that a film may not set. Opens nothing.
void check_codec(const ResolvedFilm& film);

}  // namespace lifereel
