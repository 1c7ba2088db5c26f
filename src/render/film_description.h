// SPDX-License-Identifier: GPL-2.0-or-later
// What a film says of itself.
#pragma once

#include <string>

#include "encoders/film.h"
#include "src/settings.h"

namespace lifereel {

/// The settings as a config file, with the version that made them.
std::string self_description(const RenderSettings& settings);

/// Fills in title and comment. Throws as check_sound(), where the film has sound from a file.
void describe_film(const RenderSettings& settings, FilmOutput& output);

}  // namespace lifereel
