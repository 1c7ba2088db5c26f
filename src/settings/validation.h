// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "encoders/film_settings.h"
#include "src/settings.h"

namespace lifereel {

/// Throws what validate() does; what the film comes to, or nothing where none is encoded.
std::optional<ResolvedFilm> validated_film(const RenderSettings& settings);

}  // namespace lifereel
