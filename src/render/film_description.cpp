// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/film_description.h"

#include "encoders/sound_file.h"
#include "src/version.h"

namespace lifereel {

std::string self_description(const RenderSettings& settings) {
  return "# lifereel " + std::string(version()) + "\n" + print_config(settings);
}

void describe_film(const RenderSettings& settings, FilmOutput& output) {
  if (!settings.film.audio.file.empty()) output.title = check_sound(settings.film.audio).title;
  if (output.title.empty())
    output.title = "Particle Life, seed " + std::to_string(settings.universe.seed);
  output.comment = self_description(settings);
}

}  // namespace lifereel
