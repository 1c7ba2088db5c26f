// SPDX-License-Identifier: GPL-2.0-or-later
// What the codec's own options may not decide. Internal to encoders/.
#pragma once

#include "encoders/film_settings.h"

namespace lifereel {

/// Throws std::invalid_argument for a codec option that does what a setting of lifereel's is for,
/// that contradicts one, that breaks the joins of a film in chunks or the decoder's buffer, or that
/// lets go of pictures or of repeatability. Looks into x264-params, x264opts and x265-params, too.
void check_codec_options(const ResolvedFilm& film);

/// Whether one of them would break the joins of a film in chunks, or may.
bool may_break_joins(const StringPairs& codec_options);

}  // namespace lifereel
