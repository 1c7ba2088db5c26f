// SPDX-License-Identifier: GPL-2.0-or-later
// What is chosen so that a film fits: a bitrate or a length. Private to src/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/film_to_disc.h"

namespace lifereel {

/// Of the medium: what a choice aims at.
inline constexpr double aim_of_fit = 0.985;
inline constexpr std::int64_t least_fitted_bitrate = 1000;

/// To three figures, downwards, so that a little more or less that was measured makes no other
/// film.
std::int64_t rounded_down(double value);

double seconds_of(const RenderSettings& settings);

/// "bitrate = 4080k", "seconds = 720 (12:00 min)".
std::string text_of_choice(const RenderSettings& settings, FitSettings::Choice choice);

/// The settings of a film that fits, by what one of `settings` came to that is too large; nothing
/// where none does, or nothing may be chosen.
std::optional<RenderSettings> smaller_film(const RenderSettings& settings, const FitSettings& fit,
                                           std::int64_t film_bytes);

}  // namespace lifereel
