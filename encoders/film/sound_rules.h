// SPDX-License-Identifier: GPL-2.0-or-later
// What sound a film may have. Internal to encoders/.
#pragma once

#include "encoders/film.h"

namespace lifereel {

/// Completes the settings of a film whose container is known; unchanged without sound. Throws
/// std::invalid_argument for sound that the container or the disc does not carry, for a bit rate
/// that the codec does not have and for numbers out of range.
void settle_sound(FilmSettings& settings);

}  // namespace lifereel
